// Leave at once: the page is covered and replaced without a trace in the history; the session ends behind it.
// Without this script the form beside it does the same in two steps.
const form = document.querySelector("form[data-leave]");

function leave() {
  document.documentElement.hidden = true;
  document.title = " ";
  const words = new URLSearchParams(new FormData(form));
  fetch(form.action, { method: "POST", body: words, keepalive: true, redirect: "manual", credentials: "same-origin" }).catch(() => {});
  location.replace(form.dataset.leave || "about:blank");
}

if (form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    leave();
  });
  // Three times Escape within two seconds does it as well.
  let times = [];
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    times = times.filter((at) => event.timeStamp - at < 2000).concat(event.timeStamp);
    if (times.length >= 3) leave();
  });
}
