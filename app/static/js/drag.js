// Dragging on the board. A pill (a.s or a.w) is picked up with the mouse, or with a long press of a finger, and dropped
// on anything that carries data-to. The form[data-drag] of the page is then sent, as a person could do by hand on the
// pill's own page, and the answer takes the place of <main>.
const LONG_PRESS = 350;
const SLACK = 6;
let held = null;

const form = () => document.querySelector("form[data-drag]");
const place = (element) => element?.closest(".board [data-to]");

function lift(event) {
  clearTimeout(held.timer);
  held.ghost = held.pill.cloneNode(true);
  held.ghost.classList.add("ghost");
  held.ghost.style.width = `${held.pill.offsetWidth}px`;
  held.ghost.setAttribute("aria-hidden", "true");
  document.body.append(held.ghost);
  held.pill.classList.add("lifted");
  document.documentElement.classList.add("dragging");
  carry(event);
}

function carry(event) {
  held.ghost.style.transform = `translate(${event.clientX + 8}px, ${event.clientY + 8}px)`;
  const found = place(document.elementFromPoint(event.clientX, event.clientY));
  if (found !== held.over) {
    held.over?.classList.remove("drop");
    held.over = found === held.from ? null : found;
    held.over?.classList.add("drop");
  }
  const board = held.pill.closest(".board");
  if (!board) return;
  const edges = board.getBoundingClientRect();
  if (event.clientX > edges.right - 40) board.scrollLeft += 12;
  if (event.clientX < edges.left + 40) board.scrollLeft -= 12;
  if (event.clientY > edges.bottom - 40) board.scrollTop += 12;
  if (event.clientY < edges.top + 40) board.scrollTop -= 12;
}

function letGo() {
  if (!held) return;
  clearTimeout(held.timer);
  held.ghost?.remove();
  held.pill.classList.remove("lifted");
  held.over?.classList.remove("drop");
  document.documentElement.classList.remove("dragging");
  held = null;
}

async function send(what, from, to) {
  const sent = form();
  Object.entries({ what, from, to }).forEach(([name, value]) => (sent.elements[name].value = value));
  const board = document.querySelector(".board");
  const at = [board?.scrollLeft, board?.scrollTop];
  board?.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(sent.action, { method: "POST", body: new URLSearchParams(new FormData(sent)), credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const words = page.getElementById("flashes");
    document.querySelector("main").replaceWith(page.querySelector("main"));
    document.title = page.title;
    const spoken = document.getElementById("flashes");
    if (spoken && words) setTimeout(() => spoken.replaceChildren(...[...spoken.childNodes])); // read out as new
    document.querySelector(".board")?.scrollTo(...at);
    if (!document.querySelector(".board")) scrollTo(0, 0);
    document.querySelector("#flashes .notice")?.scrollIntoView({ block: "nearest" });
  } catch {
    sent.submit(); // no answer through fetch: the plain way shows why
  }
}

addEventListener("pointerdown", (event) => {
  const pill = event.target.closest(".board a.s, .board a.w");
  if (!pill || !form() || event.button !== 0) return;
  held = { pill, from: place(pill), x: event.clientX, y: event.clientY, touch: event.pointerType !== "mouse" };
  if (held.touch) held.timer = setTimeout(() => lift(event), LONG_PRESS);
});
addEventListener("pointermove", (event) => {
  if (!held) return;
  if (held.ghost) return carry(event);
  if (Math.hypot(event.clientX - held.x, event.clientY - held.y) < SLACK) return;
  if (held.touch) letGo(); // it is scrolling
  else lift(event);
});
addEventListener("pointerup", () => {
  if (!held?.ghost) return letGo();
  const { pill, from, over } = held;
  addEventListener("click", (click) => click.preventDefault(), { capture: true, once: true });
  setTimeout(letGo); // after the click that a browser may send now
  if (over) send(pill.getAttribute("href").split(/[?#]/)[0].split("/").pop(), from?.dataset.to ?? "", over.dataset.to);
});
addEventListener("pointercancel", () => !held?.ghost && letGo());
addEventListener("keydown", (event) => event.key === "Escape" && letGo());
addEventListener("touchmove", (event) => held?.ghost && event.preventDefault(), { passive: false });
addEventListener("dragstart", (event) => event.target.closest?.(".board a") && event.preventDefault());
addEventListener("contextmenu", (event) => held?.touch && event.preventDefault());
