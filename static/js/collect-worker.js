/* Keeps the collector's page and its files on the phone; doors and answers are not here but in the page's own store. */
"use strict";
var SHELF = "fundapp-collect";

self.addEventListener("install", function () { self.skipWaiting(); });
self.addEventListener("activate", function (event) { event.waitUntil(self.clients.claim()); });

function fromShelf(request) {
  return caches.open(SHELF).then(function (shelf) { return shelf.match(request); });
}

self.addEventListener("fetch", function (event) {
  var request = event.request, url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) { return; }
  if (request.mode === "navigate") {
    // The newest page where there is a signal, the kept one where there is none.
    event.respondWith(fetch(request).catch(function (error) {
      return fromShelf(url.pathname).then(function (kept) { if (kept) { return kept; } throw error; });
    }));
  } else if (url.pathname.indexOf("/static/") === 0) {
    event.respondWith(fromShelf(request).then(function (kept) { return kept || fetch(request); }));
  }
});
