"use strict";
/*
 * Every network method of npm's TinCanJS, both of its LRS and of the TinCan that stands before several of them, in a
 * page: loaded there after the library's build for browsers and after recording.js.
 *
 * `everyMethod(order)` takes `order` of orders.py and gives the methods there are, those called, and what was read;
 * rejects when something is refused that should not be.
 *
 * What the library does its own way, in 0.50.0:
 * - under node it makes text of what it sends, which spoils Attachments that are not UTF-8; in a browser it does not;
 * - a request whose address would be longer than 2,048 characters it sends in the Alternate Request Syntax, which for the
 *   long Activity here is each one about State and profiles;
 * - of an answer with Attachments it throws `more` away; and it has no method for Agents: its own sendRequest is used.
 */

/* global TinCan, recording, methodsOf, base64Of, bytesOf */

async function everyMethod(order) {
  const { text, registration } = order;
  const called = new Set();
  const settings = {
    endpoint: order.endpoint,
    username: order.key,
    password: order.secret,
    version: order.version,
    allowFail: false,
  };
  const lrs = recording(new TinCan.LRS(settings), called);
  const front = recording(new TinCan({ recordStores: [settings] }), called);
  const agent = new TinCan.Agent(order.agent);
  const activity = new TinCan.Activity({ id: order.activity });

  /** Calls a method whose last argument is an object with a callback; rejects with the store's refusal. */
  const ask = (object, method, ...words) =>
    new Promise((resolve, reject) => {
      const options = words.pop();
      const callback = (error, result) => (error === null ? resolve(result) : reject({ error, result }));
      object[method](...words, { ...options, callback });
    });

  /** Calls a method of the front whose second argument is a callback, to which it tells what each store said. */
  const askAll = (method, word, ...others) =>
    new Promise((resolve, reject) => {
      const callback = (results, statement) => {
        const failed = results.find((one) => one.err !== null);
        if (failed) reject({ error: failed.err, result: failed.xhr });
        else resolve(statement);
      };
      front[method](word, callback, ...others);
    });

  /** What the store refused with, or null. */
  const refusal = async (promise) => {
    try {
      await promise;
      return null;
    } catch ({ result }) {
      return JSON.parse(result.responseText);
    }
  };

  const statementOf = (document, files = []) => {
    const attachments = (document.attachments || []).map(
      (one, index) => new TinCan.Attachment({ ...one, content: bytesOf(files[index].content).buffer }),
    );
    return new TinCan.Statement({ ...document, attachments: attachments.length ? attachments : null });
  };
  const filesOf = (statement) => statement.attachments.map((one) => base64Of(one.content));
  const read = (statement) => statement.asVersion(order.version);

  async function statements() {
    await ask(lrs, "saveStatement", statementOf(order.single), {});
    const posted = await ask(lrs, "saveStatement", Object.assign(statementOf(order.anonymous), { id: null }), {});
    const answered = await ask(lrs, "saveStatements", order.statements.map((one) => statementOf(one)), {});

    let page = await ask(lrs, "queryStatements", { params: { activity, ascending: true, related_agents: true, agent } });
    const pages = [page.statements.map((one) => one.id)];
    while (page.more) {
      page = await ask(lrs, "moreStatements", { url: page.more });
      pages.push(page.statements.map((one) => one.id));
    }

    await ask(lrs, "saveStatement", statementOf(order.with_files, order.files), {});
    await askAll("sendStatements", order.each_with_file.map((one, index) => statementOf(one, [order.files[index]])));
    const attachments = { attachments: true };
    const whole = await ask(lrs, "retrieveStatement", order.with_files.id, { params: attachments });
    const listed = await ask(lrs, "queryStatements", { params: { verb: order.each_with_file[0].verb.id, ...attachments } });
    const again = await new Promise((resolve, reject) => {
      const callback = (error, statement) => (error === null ? resolve(statement) : reject({ error, result: statement }));
      front.getStatement(order.with_files.id, callback, { params: attachments });
    });

    const [first, second, third] = order.statements;
    const voiding = (id) => ({
      actor: order.agent,
      verb: { id: "http://adlnet.gov/expapi/verbs/voided" },
      object: { objectType: "StatementRef", id },
    });
    await askAll("voidStatement", order.single.id, { actor: agent });
    await askAll("sendStatement", voiding(first.id));
    await askAll("sendStatement", voiding(second.id));
    const voided = await new Promise((resolve, reject) =>
      front.getVoidedStatement(order.single.id, (error, one) => (error === null ? resolve(one) : reject({ error, result: one }))),
    );
    const short = await ask(front, "getStatements", { params: { activity: third.object.id, limit: 1 } });
    return {
      given: JSON.parse(posted.responseText)[0],
      posted: JSON.parse(answered.responseText),
      pages,
      one: read(await ask(lrs, "retrieveStatement", third.id, {})),
      files: filesOf(whole),
      files_again: filesOf(again),
      files_of_list: listed.statements.flatMap(filesOf),
      voided: read(voided),
      voided_again: read(await ask(lrs, "retrieveVoidedStatement", order.single.id, {})),
      short: short.statements.length,
      gone: await refusal(ask(lrs, "retrieveStatement", order.single.id, {})),
      conflict: await refusal(ask(lrs, "saveStatement", statementOf({ ...third, verb: order.single.verb }), {})),
    };
  }

  async function states() {
    const context = { agent, activity };
    const contentType = "text/plain; charset=utf-8";
    const save = (id, value, options = {}) => ask(lrs, "saveState", id, value, { contentType, ...context, ...options });
    const get = (id, options = {}) => ask(lrs, "retrieveState", id, { ...context, ...options });
    const ids = (options = {}) => ask(lrs, "retrieveStateIds", { ...context, ...options });
    const json = { contentType: "application/json", method: "POST" };

    await save(order.state, text);
    await save(order.state, `${text} (${registration})`, { registration });
    const without_condition = await refusal(save(order.state, text));
    const { etag } = await get(order.state);
    await save(order.state, `${text}!`, { lastSHA1: etag });
    const stale = await refusal(save(order.state, "?", { lastSHA1: etag }));
    await save("json", { a: text }, json);
    await save("json", { b: 1 }, json);
    await ask(front, "setState", "bytes", text, { contentType, ...context });
    const results = {
      plain: (await get(order.state)).contents,
      registered: (await get(order.state, { registration })).contents,
      json: (await get("json")).contents,
      by_the_front: (await ask(front, "getState", "bytes", context)).contents,
      ids: await ids({ since: order.since }),
      ids_registered: await ids({ registration }),
      without_condition,
      stale,
    };
    await ask(front, "deleteState", "bytes", context);
    results.ids_after_delete = await ids();
    await ask(lrs, "dropState", null, { ...context, registration });
    results.ids_registered_after_delete = await ids({ registration });
    return results;
  }

  /** One of the two kinds of profile; `about` is what it is a profile of. */
  async function profiles(kind, about) {
    const json = { contentType: "application/json", ...about };
    const save = (value, options) => ask(lrs, `save${kind}Profile`, order.profile, value, { ...json, ...options });
    const get = () => ask(lrs, `retrieve${kind}Profile`, order.profile, about);
    const ids = (options = {}) => ask(lrs, `retrieve${kind}ProfileIds`, { ...about, ...options });
    await save({ a: text });
    const refused = await refusal(save({ a: text }));
    const { etag } = await get();
    await save({ b: 1 }, { method: "POST", lastSHA1: etag });
    const stale = await refusal(save({}, { lastSHA1: etag }));
    const results = { merged: (await get()).contents, ids: await ids({ since: order.since }), refused, stale };
    await ask(front, `set${kind}Profile`, "khác", { a: text }, json);
    results.by_the_front = (await ask(front, `get${kind}Profile`, "khác", about)).contents;
    await ask(front, `delete${kind}Profile`, "khác", about);
    await ask(lrs, `drop${kind}Profile`, order.profile, about);
    results.ids_after_delete = await ids();
    return results;
  }

  try {
    const person = { url: "agents", method: "GET", params: { agent: JSON.stringify({ mbox: order.agent.mbox }) } };
    const results = {
      about: { version: (await ask(lrs, "about", {})).version },
      statements: await statements(),
      activity: (await ask(lrs, "retrieveActivity", order.activity, {})).asVersion("1.0.2"),
      person: JSON.parse((await ask(lrs, "sendRequest", person)).responseText),
      states: await states(),
      agent_profiles: await profiles("Agent", { agent }),
      activity_profiles: await profiles("Activity", { activity }),
    };
    return { methods: [...methodsOf(TinCan.LRS.prototype), ...methodsOf(TinCan.prototype)], called: [...called], results };
  } catch (failed) {
    throw new Error(`${failed.stack || failed.error} ${failed.result && failed.result.responseText}`);
  }
}
