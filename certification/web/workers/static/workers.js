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

  const form = document.querySelector("[data-present] form, form[data-present]");
  form?.addEventListener("submit", async (event) => {
    const near = form.closest("[data-present]").dataset;
    const digits = (form.elements.digits?.value ?? near.digits).replace(/[ .]/g, "");
    if (!/^\d{6}$/.test(digits)) return;  // the page says what is wrong
    event.preventDefault();
    const one = { id: Waiting.id(), digits, address: near.address || "", at: Date.now(), until: Date.now() + Number(said.keep) * 1000 };
    try {
      await fetch("/healthz", { cache: "no-store" });
      form.submit();
    } catch {
      if (!queue.items().some((other) => other.digits === one.digits && other.address === one.address)) queue.keep([...queue.items(), one]);
      wait();
    }
  });

  queue.start();
  wait();
}
