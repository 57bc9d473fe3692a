// The only script of the portal: it puts newer columns in the place of older ones.
"use strict";
const live = document.getElementById("live");
const pulse = document.getElementById("pulse");
if (live && window.EventSource) {
  const source = new EventSource(live.dataset.stream);
  source.addEventListener("columns", (news) => { live.innerHTML = news.data; });
  source.addEventListener("open", () => { pulse.hidden = false; });
  source.addEventListener("error", () => { pulse.hidden = true; });
}
