/* Small helps; every page works without them. */
(function () {
  "use strict";
  var summary = document.getElementById("errors");
  var first = document.querySelector("[aria-invalid='true'], .wrong input");
  if (summary) { summary.focus(); } else if (first) { first.focus(); }

  // A link of the error summary puts the cursor into the box it names.
  document.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest(".errors a");
    var box = link && document.getElementById(link.hash.slice(1));
    if (box) { event.preventDefault(); box.focus(); box.scrollIntoView({ block: "center" }); }
  });

  // A double tap sends a form once; coming back to the page makes the button usable again.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.hasAttribute("hx-post")) { return; }
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(function () { delete form.dataset.sent; }, 8000);
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
  });

  // What is left of a ballot's money or points, told as it changes; the server counts again.
  var rest = document.querySelector("output[data-left]");
  function tell() {
    var budgets = rest.dataset.budgets && JSON.parse(rest.dataset.budgets);
    var left = budgets ? budgets[document.getElementById("programme_id").value] || 0 : Number(rest.dataset.budget || rest.dataset.sum);
    document.querySelectorAll("[data-amounts] input").forEach(function (box) {
      var typed = box.value.normalize("NFKC").replace(/[,¥元\s]/g, "");
      left -= Math.round(100 * (parseFloat(typed) || 0) * (typed.endsWith("万") ? 10000 : 1));
    });
    document.querySelectorAll("input[data-cost]:checked").forEach(function (box) { left -= Number(box.dataset.cost); });
    document.querySelectorAll("input[data-points]").forEach(function (box) { left -= Number(box.value) || 0; });
    var shown = Math.abs(rest.dataset.budget || budgets ? left / 100 : left).toLocaleString("zh-CN");
    rest.textContent = (left < 0 ? rest.dataset.over : rest.dataset.left).replace("{}", shown);
    rest.hidden = false;
  }
  if (rest) { tell(); document.addEventListener("change", tell); }

  // A long ballot is narrowed while somebody types. What is chosen stays in sight, and is counted and sent as ever.
  var sift = document.getElementById("sift"), told;
  function narrow() {
    var words = sift.value.toLowerCase().split(/\s+/).filter(Boolean), said = sift.parentNode.querySelector("output");
    var found = Array.from(sift.form.querySelectorAll("#choices > .choice, #choices > .field:not(.sift)")).filter(function (line) {
      var marked = line.querySelector(":checked:not([value=''])") || (line.querySelector("input[data-points]") || {}).value;
      var text = Array.from(line.querySelectorAll("span, label, .hint"), function (one) { return one.textContent; }).join(" ");
      var fits = words.every(function (word) { return text.toLowerCase().includes(word); });
      line.hidden = !fits && !marked;
      return fits;
    }).length;
    clearTimeout(told);
    told = setTimeout(function () {
      said.textContent = !words.length ? said.dataset.all : found ? said.dataset.found.replace("{}", found) : said.dataset.none;
    }, 300);
  }
  if (sift) {
    sift.parentNode.hidden = false;
    sift.addEventListener("input", narrow);
    sift.addEventListener("keydown", function (event) { if (event.key === "Enter") { event.preventDefault(); } });
    sift.form.addEventListener("change", narrow);
    if (sift.value) { narrow(); }
  }

  // How long somebody may still speak, on the screen of a council's room.
  var speech = document.querySelector("output[data-began]");
  function count() {
    var left = Number(speech.dataset.seconds) - Math.floor(Date.now() / 1000 - Number(speech.dataset.began));
    speech.textContent = left > 0 ? speech.dataset.left.replace("{}", left) : speech.dataset.over;
    speech.className = left > 0 ? "" : "over";
  }
  if (speech) { count(); setInterval(count, 1000); }
  // The screen is read anew every ten seconds. Where the network is away it stays as it is: no error page before a hall.
  function anew() {
    fetch(location.href, { method: "HEAD", cache: "no-store" }).then(function (answer) {
      if (answer.ok && !answer.redirected) { location.reload(); } else { setTimeout(anew, 10000); }
    }, function () { setTimeout(anew, 10000); });
  }
  if (document.body.classList.contains("room")) { setTimeout(anew, 10000); }

  // A kiosk leaves no page behind in its history, and goes back to its first page when it is left alone.
  var kiosk = document.body.dataset.kiosk, leaving;
  function wait() {
    clearTimeout(leaving);
    leaving = setTimeout(function () { location.replace(kiosk); }, Number(document.body.dataset.idle) * 1000);
  }
  if (kiosk) {
    history.replaceState(null, "", kiosk);
    window.addEventListener("pageshow", function (event) { if (event.persisted) { location.replace(kiosk); } });
    ["pointerdown", "keydown", "wheel"].forEach(function (sign) { document.addEventListener(sign, wait); });
    wait();
  }

  // A published vote is counted again here when somebody asks for it; the program for it is loaded only then.
  document.querySelectorAll("[data-recount]").forEach(function (button) {
    var place = document.getElementById(button.dataset.tell);
    button.hidden = false;
    button.addEventListener("click", function () {
      import(button.dataset.recount).then(function (program) { return program.show(button, place); });
    });
  });

  document.addEventListener("click", function (event) {
    if (event.target.closest && event.target.closest("[data-print]")) { window.print(); }
  });
})();
