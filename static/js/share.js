/* Computes the check code of a share from its words, in this browser only: the words have no name and are never sent. */
(function () {
  "use strict";
  var words = document.getElementById("words"), told = document.getElementById("words-told");
  if (!words || !window.crypto || !window.crypto.subtle) { return; }
  document.getElementById("words-part").hidden = false;
  words.addEventListener("input", function () {
    var list = words.value.toLowerCase().match(/[a-z]+/g) || [], left = 33 - list.length;
    told.textContent = "";
    if (left) {
      if (list.length) { told.textContent = (left > 0 ? told.dataset.short : told.dataset.long).replace("{}", Math.abs(left)); }
      return;
    }
    var bytes = new TextEncoder().encode("fundapp share:" + list.join(" "));
    window.crypto.subtle.digest("SHA-256", bytes).then(function (found) {
      var hex = Array.from(new Uint8Array(found), function (one) { return one.toString(16).padStart(2, "0"); }).join("");
      document.getElementById("code").value = hex.slice(0, 12);
      told.textContent = told.dataset.done;
    });
  });
})();
