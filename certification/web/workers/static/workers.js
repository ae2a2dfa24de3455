// "Tôi có mặt" without a network: what was seen at the gate waits in this phone and goes later, once. Kept are the digits,
// the address of the session and the moment, and nothing about a person; the key is a mark of the account.
"use strict";

{
  const told = document.getElementById("diem-danh-cho");
  if (told) begin(told, told.dataset);
}

function begin(told, said) {
  const queue = new Waiting(`co-mat:${said.mark}`, send);
  const say = (words) => { told.textContent = words; told.hidden = !words; };
  const wait = () => { if (queue.items().length) say(said.waiting); };

  async function send(items) {
    const settled = [];
    for (const one of items) {
      let answer;
      try {
        answer = await fetch("/api/roll-call-presences", {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ digits: one.digits, address: one.address, seconds_ago: Waiting.ago(one) }),
        });
      } catch { wait(); break; }
      if (answer.status === 401 || answer.status === 403) { say(said.signedOut); break; }
      if (answer.status >= 500 || answer.status === 429) { wait(); break; }
      const body = await answer.json();
      say(answer.ok ? `${said.sent} ${body.title}` : `${said.refused} ${body.errors[0].message}`);
      settled.push(one.id);
    }
    return settled;
  }

  // The moment at which this page was first opened is that of the code in its address, also when it is loaded again.
  const scanned = /^\/d\/./.test(location.pathname);
  if (scanned && !history.state?.seen) history.replaceState({ ...history.state, seen: Date.now() }, "");
  const form = document.querySelector("[data-present] form, form[data-present]");
  const near = form?.closest("[data-present]").dataset;
  if (form && scanned && Waiting.kept()) fill(form, near, told.dataset.scanned);

  form?.addEventListener("submit", async (event) => {
    const digits = (form.elements.digits?.value ?? near.digits).replace(/[ .]/g, "");
    if (!/^\d{6}$/.test(digits)) return;  // the page says what is wrong
    event.preventDefault();
    const read = scanned && digits === near.digits;
    const at = read ? history.state.seen : Date.now();
    const one = { id: Waiting.id(), digits, address: near.address || "", at, until: at + Number(said.keep) * 1000 };
    try {
      if (Waiting.kept()) throw new Error("as it was kept: what it would send is old");
      await fetch("/healthz", { cache: "no-store" });
      form.submit();
    } catch {
      if (!queue.items().some((other) => other.digits === one.digits && other.address === one.address)) queue.keep([...queue.items(), one]);
      document.getElementById("da-quet")?.remove();
      wait();
      queue.flush();
    }
  });

  queue.start();
  wait();
  Waiting.offline(said.offline, "/d");
}

// A code that was scanned without a network, or a confirmation loaded again, opens the page on which digits are typed in.
function fill(form, near, words) {
  const ticket = location.pathname.match(/^\/d\/co-mat\/([a-z0-9]+)\.(\d{6})\./);
  near.address = ticket?.[1] ?? location.pathname.slice("/d/".length);
  near.digits = ticket?.[2] ?? new URLSearchParams(location.search).get("m") ?? "";
  if (!/^[a-z0-9]+$/.test(near.address) || !/^\d{6}$/.test(near.digits)) return;
  form.elements.digits.value = `${near.digits.slice(0, 3)} ${near.digits.slice(3)}`;
  form.insertAdjacentElement("beforebegin", Object.assign(document.createElement("p"), { id: "da-quet", textContent: words }));
}
