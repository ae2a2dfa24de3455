"use strict";
/*
 * Every network method of npm's adl-xapiwrapper, in node.
 *
 * In (standard input): one JSON object, `order` of orders.py. Out (standard output): one JSON object with the methods
 * there are, those called, and what was read. Ends non-zero when something is refused that should not be.
 *
 * What the library does its own way, in 0.2.3:
 * - it takes every object for JSON, a Buffer too, and knows neither Attachments nor DELETE: these go through the function
 *   by which all its methods send, `xapi_request`, which it exports;
 * - objects are POSTed (so they are merged), lists and texts PUT; texts are sent as application/octect-stream (sic);
 * - it does not count a refusal as an error: the status has to be looked at.
 */
const { readFileSync } = require("node:fs");
const wrapper = require("adl-xapiwrapper");
const { base64Of, bytesOf, methodsOf, recording } = require("./recording.js");

const order = JSON.parse(readFileSync(0, "utf8"));
const { activity, agent, registration, text } = order;
const auth = { user: order.key, pass: order.secret };
wrapper.xapiversion = order.version;
const called = new Set();
const client = recording(new wrapper.XAPIWrapper({ url: `${order.endpoint}/`, auth }), called);
const library = recording(wrapper, called);

/** Calls a method that ends with a callback, and gives what was answered; rejects when nothing was. */
function ask(method, ...words) {
  return new Promise((resolve, reject) => {
    client[method](...words, (error, response, body) => (error ? reject(error) : resolve(answer(response, body))));
  });
}

/** The same for a request that the library has no method for. */
function request(options, data) {
  return new Promise((resolve, reject) => {
    library.xapi_request({ auth, ...options, url: `${order.endpoint}/${options.url}` }, data, (error, response, body) =>
      error ? reject(error) : resolve(answer(response, body)),
    );
  });
}

function answer(response, body) {
  return { status: response.statusCode, headers: response.headers, body };
}

/** What was answered, read as JSON; throws when it is a refusal. */
async function json(promise) {
  return JSON.parse((await done(promise)).body);
}

async function done(promise) {
  const answered = await promise;
  if (answered.status >= 300) throw new Error(`${answered.status} ${answered.body}`);
  return answered;
}

/** The store's refusal, or null when it did what was asked. */
async function refusal(promise) {
  const answered = await promise;
  return answered.status >= 300 ? JSON.parse(answered.body) : null;
}

/** Statements and files as one multipart/mixed body. */
function multipart(statements, declared) {
  const parts = [`--files\r\nContent-Type: application/json\r\n\r\n${JSON.stringify(statements)}\r\n`];
  declared.forEach(({ contentType, sha2 }, index) => {
    parts.push(
      `--files\r\nContent-Type: ${contentType}\r\nContent-Transfer-Encoding: binary\r\n` +
        `X-Experience-API-Hash: ${sha2}\r\n\r\n`,
      bytesOf(order.files[index].content),
      "\r\n",
    );
  });
  parts.push("--files--\r\n");
  return Buffer.concat(parts.map((part) => Buffer.from(part)));
}

/** The bodies of the parts after the first, of an answer in multipart/mixed. */
function filesIn({ headers, body }) {
  const boundary = /boundary=(.*)$/.exec(headers["content-type"])[1];
  const parts = body.toString("latin1").split(`\r\n--${boundary}`).slice(1, -1);
  return parts.map((part) => base64Of(Buffer.from(part.slice(part.indexOf("\r\n\r\n") + 4), "latin1")));
}

async function statements() {
  const works = await new Promise((resolve) => client.testConfig(resolve));
  await done(ask("sendStatements", [order.single]));
  const [given] = await json(ask("sendStatements", order.anonymous));
  const posted = await json(ask("sendStatements", order.statements));

  let page = await json(ask("getStatements", { activity, ascending: true }, null));
  const pages = [page.statements.map((one) => one.id)];
  while (page.more) {
    page = await json(ask("getStatements", null, page.more));
    pages.push(page.statements.map((one) => one.id));
  }

  const options = { method: "POST", url: "statements", headers: { "Content-Type": "multipart/mixed; boundary=files" } };
  await done(request(options, multipart([order.with_files], order.with_files.attachments)));
  const several = order.each_with_file;
  await done(request({ ...options }, multipart(several, several.map((one) => one.attachments[0]))));
  const reading = (qs) => done(request({ method: "GET", url: "statements", qs, encoding: null }, null));

  const voiding = (id) => ({
    actor: agent,
    verb: { id: "http://adlnet.gov/expapi/verbs/voided" },
    object: { objectType: "StatementRef", id },
  });
  await done(ask("sendStatements", [order.single, ...order.statements.slice(0, 2)].map((one) => voiding(one.id))));
  const third = order.statements[2];
  return {
    works,
    given,
    posted,
    pages,
    one: await json(ask("getStatements", { statementId: third.id }, null)),
    ids: await json(ask("getStatements", { statementId: third.id, format: "ids" }, null)),
    files: filesIn(await reading({ statementId: order.with_files.id, attachments: true })),
    files_of_list: filesIn(await reading({ verb: several[0].verb.id, attachments: true })),
    voided: await json(ask("getStatements", { voidedStatementId: order.single.id }, null)),
    gone: await refusal(ask("getStatements", { statementId: order.single.id }, null)),
    conflict: await refusal(ask("sendStatements", { ...third, verb: order.single.verb })),
    invalid: await refusal(ask("sendStatements", { ...order.single, id: "không phải UUID" })),
  };
}

async function states() {
  const send = (id, value, match, noneMatch) => ask("sendState", activity, agent, id, null, value, match, noneMatch);
  const get = (id) => done(ask("getState", activity, agent, id, null, null));
  const ids = (of, since) => json(ask("getState", activity, agent, null, of, since));
  const qs = { activityId: activity, agent: JSON.stringify(agent) };

  await done(send(order.state, text));
  await done(ask("sendState", activity, agent, order.state, registration, `${text} (${registration})`, null, null));
  const without_condition = await refusal(send(order.state, text));
  const etag = `"${library.hash(text)}"`; // as the library offers to work it out
  await done(send(order.state, `${text}!`, etag));
  const stale = await refusal(send(order.state, "?", etag));
  await done(send("json", { a: text }));
  await done(send("json", { b: 1 }));
  const bytes = { ...qs, stateId: "bytes" };
  const headers = { "Content-Type": "application/octet-stream" };
  await done(request({ method: "PUT", url: "activities/state", qs: bytes, headers }, Buffer.from(bytesOf(order.bytes))));
  const results = {
    plain: (await get(order.state)).body,
    registered: (await done(ask("getState", activity, agent, order.state, registration, null))).body,
    json: JSON.parse((await get("json")).body),
    bytes: base64Of((await done(request({ method: "GET", url: "activities/state", qs: bytes, encoding: null }))).body),
    ids: await ids(null, new Date(order.since)),
    ids_registered: await ids(registration, null),
    without_condition,
    stale,
  };
  await done(request({ method: "DELETE", url: "activities/state", qs: bytes }));
  results.ids_after_delete = await ids(null, null);
  await done(request({ method: "DELETE", url: "activities/state", qs: { ...qs, registration } }));
  results.ids_registered_after_delete = await ids(registration, null);
  return results;
}

/** One of the two kinds of profile: `about` is what it is a profile of, `path` and `qs` are where it is. */
async function profiles(kind, about, path, qs) {
  const send = (value, match, noneMatch) => ask(`send${kind}Profile`, about, order.profile, value, match, noneMatch);
  const get = (id, since) => ask(`get${kind}Profile`, about, id, since);
  await done(send({ a: text }, null, "*"));
  const refused = await refusal(send({ a: text }, null, "*"));
  const { etag } = (await done(get(order.profile, null))).headers;
  await done(send({ b: 1 }, etag));
  const stale = await refusal(send({}, etag));
  const results = {
    merged: await json(get(order.profile, null)),
    ids: await json(get(null, new Date(order.since))),
    refused,
    stale,
  };
  await done(request({ method: "DELETE", url: path, qs: { ...qs, profileId: order.profile } }));
  results.ids_after_delete = await json(get(null, null));
  return results;
}

async function main() {
  const results = {
    about: await json(request({ method: "GET", url: "about" })),
    statements: await statements(),
    activity: await json(ask("getActivities", activity)),
    person: await json(ask("getAgents", { mbox: agent.mbox })),
    states: await states(),
    agent_profiles: await profiles("Agent", agent, "agents/profile", { agent: JSON.stringify(agent) }),
    activity_profiles: await profiles("Activity", activity, "activities/profile", { activityId: activity }),
  };
  const methods = [...methodsOf(wrapper.XAPIWrapper.prototype), ...methodsOf(wrapper)];
  process.stdout.write(JSON.stringify({ methods, called: [...called], results }));
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
