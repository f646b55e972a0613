/* Door to door without a signal: what is noted waits on this phone and is sent once when there is one. */
(function () {
  "use strict";
  var root = document.getElementById("collect");
  if (!root || !window.indexedDB || !navigator.serviceWorker) { return; }
  var told = root.dataset, round = Number(told.round), person = Number(told.person), token = told.token;
  var SHELF = "fundapp-collect", LONGEST = 1600, store, now = null, sending = false, more = false, leaving = false;
  function get(id) { return document.getElementById(id); }
  function word(name, values) {
    var text = told["word" + name.replace(/(^|_)(\w)/g, function (_all, _bar, letter) { return letter.toUpperCase(); })];
    return Object.keys(values || {}).reduce(function (all, key) { return all.replace("{" + key + "}", values[key]); }, text);
  }
  function say(text) { get("told").textContent = text || ""; get("told").className = text ? "notice warn" : ""; }

  // The store: "keep" holds this phone's name and the walk, "outbox" what was noted and is not settled yet.
  function opened() {
    return new Promise(function (resolve, reject) {
      var asked = indexedDB.open("fundapp-collect", 1);
      asked.onupgradeneeded = function () {
        asked.result.createObjectStore("keep");
        asked.result.createObjectStore("outbox", { keyPath: "op_key" });
      };
      asked.onsuccess = function () { resolve(asked.result); };
      asked.onerror = function () { reject(asked.error); };
    });
  }
  function inStore(name, mode, work) {
    return new Promise(function (resolve, reject) {
      var deal = store.transaction(name, mode), asked = work(deal.objectStore(name));
      deal.oncomplete = function () { resolve(asked && asked.result); };
      deal.onabort = deal.onerror = function () { reject(deal.error); };
    });
  }
  function read(key) { return inStore("keep", "readonly", function (kept) { return kept.get(key); }); }
  function keep(key, value) { return inStore("keep", "readwrite", function (kept) { return kept.put(value, key); }); }
  function outbox() { return inStore("outbox", "readonly", function (box) { return box.getAll(); }); }
  function put(entry) { return inStore("outbox", "readwrite", function (box) { return box.put(entry); }); }
  function drop(key) { return inStore("outbox", "readwrite", function (box) { return box.delete(key); }); }
  function wipe() {
    return inStore("keep", "readwrite", function (kept) { return kept.clear(); }).then(function () {
      return inStore("outbox", "readwrite", function (box) { return box.clear(); });
    }).then(function () { return caches.delete(SHELF); });
  }

  function post(address, fields) {
    var form = new FormData();
    Object.keys(fields).forEach(function (name) { form.append(name, fields[name]); });
    return fetch(address, {
      method: "POST", body: form, redirect: "manual", credentials: "same-origin", headers: { "X-CSRFToken": token }
    });
  }
  function device() {
    return read("device").then(function (name) {
      if (name) { return name; }
      name = crypto.randomUUID();
      return keep("device", name).then(function () { return name; });
    });
  }
  function prepare() {
    say("");
    return device().then(function (name) { return post(told.prepare, { device: name }); }).then(function (answer) {
      if (answer.type === "opaqueredirect") { say(word("sign_in")); return null; }
      return answer.json().then(function (got) {
        if (!answer.ok) { say(got.told); return null; }
        token = got.token;
        return keep("walk:" + round, { person: person, doors: got.doors });
      });
    }).then(shelve).then(show, function () { say(word("offline")); });
  }
  function shelve() {
    return navigator.serviceWorker.register(told.worker, { scope: told.scope }).then(function () {
      return navigator.serviceWorker.ready;
    }).then(function () { return caches.open(SHELF); }).then(function (shelf) {
      return shelf.addAll(told.shell.split(" "));
    });
  }

  function show() {
    return Promise.all([read("walk:" + round), outbox()]).then(function (found) {
      var walk = found[0], mine = found[1].filter(function (one) { return one.round === round; });
      var unsent = mine.filter(function (one) { return !one.why; }).length;
      get("signal").textContent = word(navigator.onLine ? "online" : "offline");
      get("unsent").textContent = walk ? (unsent ? word("unsent", { n: unsent }) : word("all_sent")) : "";
      get("send").hidden = !unsent;
      get("start").hidden = Boolean(walk);
      get("walk").hidden = !walk || Boolean(now);
      get("door").hidden = !now;
      if (walk) { list(walk.doors, mine); }
    });
  }
  function list(doors, mine) {
    var rows = get("doors"), left = 0;
    rows.replaceChildren();
    if (!doors.length) { rows.textContent = word("nothing"); }
    doors.forEach(function (door) {
      var row = get("door-row").content.cloneNode(true), link = row.querySelector("a");
      var kept = mine.filter(function (one) { return one.unit_id === door.unit_id; })[0];
      row.querySelector(".title").textContent = door.door;
      row.querySelector(".due").textContent = kept
        ? (kept.why ? word("refused", { why: kept.why }) : word("waiting")) : door.told || word(door.answered ? "answered" : "open");
      if (kept ? !kept.why : door.told || door.answered) { row.querySelector("li").className = "done"; } else { left += 1; }
      link.addEventListener("click", function (event) { event.preventDefault(); enter(door); });
      rows.appendChild(row);
    });
    get("left").textContent = word("left", { all: doors.length, n: left });
  }
  function enter(door) {
    now = door;
    get("note").reset();
    get("preview").className = "hidden";
    wrong("");
    get("door-name").textContent = door.door;
    show().then(function () { get("door-name").focus(); get("door").scrollIntoView(); });
  }
  function wrong(text) { get("wrong").textContent = text; get("wrong").hidden = !text; }

  // The photo is made small here: a phone's picture would fill the store in an afternoon.
  function smaller(file) {
    return createImageBitmap(file).then(function (picture) {
      var by = Math.min(1, LONGEST / Math.max(picture.width, picture.height)), canvas = get("preview");
      canvas.width = Math.round(picture.width * by);
      canvas.height = Math.round(picture.height * by);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      canvas.className = "preview";
      return new Promise(function (resolve) { canvas.toBlob(resolve, "image/jpeg", 0.8); });
    });
  }
  get("photo").addEventListener("change", function () {
    if (this.files[0]) { smaller(this.files[0]).catch(function () { wrong(word("no_photo")); }); }
  });
  get("note").addEventListener("submit", function (event) {
    event.preventDefault();
    event.stopPropagation();
    var said = this.querySelector("input[name=answer]:checked"), file = get("photo").files[0], door = now;
    if (!said) { wrong(word("no_answer")); return; }
    var visit = said.hasAttribute("data-visit");
    if (!file && !visit) { wrong(word("no_photo")); return; }
    (visit ? Promise.resolve(null) : smaller(file)).then(function (photo) {
      return put({
        op_key: crypto.randomUUID(), round: round, person: person, unit_id: door.unit_id, answer: said.value,
        noted_at: Date.now(), photo: photo
      });
    }).then(function () {
      now = null;
      say(word("kept"));
      return show().then(send);
    }, function (error) { wrong(word(error && error.name === "QuotaExceededError" ? "full" : "no_photo")); });
  });

  // One after the other, in the order in which they were noted; what is not answered stays for the next time.
  function send() {
    if (sending) { more = true; return Promise.resolve(); }
    sending = true;
    more = false;
    return outbox().then(function (all) {
      var waiting = all.filter(function (one) { return one.round === round && one.person === person && !one.why; });
      waiting.sort(function (one, other) { return one.noted_at - other.noted_at; });
      return waiting.reduce(function (before, entry) { return before.then(function () { return sendOne(entry, true); }); },
        Promise.resolve());
    }).catch(function () { return null; }).then(function () { sending = false; return show().then(more ? send : null); });
  }
  function sendOne(entry, again) {
    return device().then(function (name) {
      var fields = {
        device: name, op_key: entry.op_key, unit_id: entry.unit_id, answer: entry.answer, noted_at: entry.noted_at
      };
      if (entry.photo) { fields.photo = new File([entry.photo], "signature.jpg", { type: "image/jpeg" }); }
      return post(told.entries, fields);
    }).then(function (answer) {
      if (answer.type === "opaqueredirect") { say(word("sign_in")); throw new Error("signed out"); }
      if (answer.status === 400 && again) { return prepare().then(function () { return sendOne(entry, false); }); }
      if (answer.status !== 200 && answer.status !== 422) { throw new Error(String(answer.status)); }
      return answer.json().then(function (got) { return answer.ok ? settle(entry, got) : refuse(entry, got.told); });
    });
  }
  function settle(entry, got) {
    return drop(entry.op_key).then(function () { return read("walk:" + round); }).then(function (walk) {
      walk.doors.forEach(function (door) {
        if (door.unit_id === entry.unit_id) { door.answered = door.answered || got.fate !== "visit"; door.told = got.told; }
      });
      return keep("walk:" + round, walk);
    });
  }
  function refuse(entry, why) { entry.why = why; return put(entry); }

  // Signing out clears the phone; what was not sent is spoken of first.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (leaving || !/\/sign-out$/.test(form.action || "")) { return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    outbox().then(function (all) {
      if (all.length && !form.dataset.warned) { form.dataset.warned = "1"; say(word("leave", { n: all.length })); return null; }
      return wipe().then(function () { leaving = true; form.submit(); });
    });
  }, true);

  get("prepare").addEventListener("click", prepare);
  get("again").addEventListener("click", prepare);
  get("send").addEventListener("click", send);
  get("back").addEventListener("click", function () { now = null; show(); });
  window.addEventListener("online", function () { show().then(send); });
  window.addEventListener("offline", show);
  setInterval(function () { if (navigator.onLine) { send(); } }, 30000);

  opened().then(function (got) { store = got; return read("walk:" + round); }).then(function (walk) {
    // Another person's walk is none of this one's business.
    return walk && walk.person !== person ? wipe() : null;
  }).then(function () { root.hidden = false; return show(); }).then(send);
})();
