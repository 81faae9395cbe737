// Who answers a visitor: the embedded answerer, the owner's bot, a language model; and what stands in
// when one of them fails.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { assertProblem, visit, workspace } from "../support/api.mjs";
import { Bot, chunks, completion } from "../support/bot.mjs";
import { Socket } from "../support/socket.mjs";
import { setUp, tearDown } from "../support/stage.mjs";
import { ask, events, publish, replies } from "../support/talk.mjs";
import { until } from "../support/until.mjs";

/** The longest that a visitor may be without an answer. */
const ANSWER_MS = 5_000;
/** Long enough for an answer that must not come. */
const QUIET_MS = 1_500;

describe("replies", () => {
  let stage, worker, space, bot;

  before(async () => {
    [stage, bot] = await Promise.all([setUp(), Bot.start()]);
    worker = stage.worker;
  });
  after(async () => {
    await tearDown(stage ?? {});
    await bot?.stop();
  });
  beforeEach(async () => {
    space = await workspace(worker);
    bot.requests = [];
  });

  const quiet = async (talk) => {
    await sleep(QUIET_MS);
    const { messages } = await talk.visitor.messages(talk.id);
    return messages.filter((message) => message.id.startsWith("auto-"));
  };

  describe("of the embedded answerer", () => {
    test("come as soon as an article is published, and not before", async () => {
      const before = await visit(space);
      await before.visitor.say(before.id, "When are you open?");
      assert.deepEqual(await quiet(before), []);
      assert.equal((await space.team.get("/v1/replies")).active, false);
      await publish(space);
      assert.equal((await space.team.get("/v1/replies")).active, true);
      const talk = await visit(space);
      const socket = await Socket.open(worker, talk.id, talk.visitor.key);
      assert.equal((await ask(talk, "Hello!")).text, "Hello! How can I help?");
      const reply = await ask(talk, "When are you open?");
      assert.deepEqual([reply.role, reply.text], ["bot", "We are open from Monday to Friday, nine to five.\n\n— Opening hours"]);
      await socket.next("the reply", (frame) => frame.type === "message" && frame.message.id === reply.id);
      socket.close();
      const told = (await events(space, talk.id)).map(({ name }) => name);
      assert.equal(told.filter((name) => name === "ai_reply.generated").length, 1, "a greeting is no draft");
    });

    test("are in the visitor's language, and say what is not known", async () => {
      await publish(space);
      const talk = await visit(space, { locale: "de-DE" });
      assert.equal((await ask(talk, "Guten Tag")).text, "Hallo! Wie kann ich helfen?");
      assert.match((await ask(talk, "Reparieren Sie alte Akkordeons?")).text, /keine verlässliche Antwort/);
    });

    test("stay away where the owner says so, in recorded conversations, and where a server speaks", async () => {
      await publish(space);
      const recorded = await space.team.open({ recorded: true });
      await space.team.say(recorded.conversation_id, "When are you open?", { role: "customer" });
      const posted = await space.team.open();
      await space.team.say(posted.conversation_id, "When are you open?", { role: "customer" });
      const answered = await visit(space);
      await space.team.say(answered.id, "Hi, this is our own bot", { role: "bot" });
      await answered.visitor.say(answered.id, "When are you open?");
      await replies(space, { enabled: false });
      const off = await visit(space);
      await off.visitor.say(off.id, "When are you open?");
      await sleep(QUIET_MS);
      for (const id of [recorded.conversation_id, posted.conversation_id, answered.id, off.id]) {
        const { messages } = await space.team.messages(id);
        assert.ok(!messages.some((message) => message.id.startsWith("auto-")), JSON.stringify(messages));
      }
    });

    test("take what is written in a row as a whole", async () => {
      await publish(space);
      const written = async (...texts) => {
        const talk = await visit(space);
        await Promise.all(texts.map((text) => talk.visitor.say(talk.id, text)));
        return (await quiet(talk)).map(({ text }) => text).join("\n");
      };
      for (const texts of [["How do returns work?", "Thanks!"], ["Hi there!", "How do returns work?"]]) {
        assert.match(await written(...texts), /30 days of delivery/, texts.join(" / "));
      }
      const both = await written("How do returns work?", "And when are you open?");
      assert.match(both, /30 days of delivery/);
      assert.match(both, /nine to five/);
    });

    test("are sent once, and counted as such at the end", async () => {
      await publish(space);
      const talk = await visit(space);
      await ask(talk, "When are you open?");
      await talk.visitor.act(talk.id, "close");
      await space.team.classified(talk.id);
      const sent = (await events(space, talk.id)).filter(({ name }) => name === "ai_reply.sent");
      assert.deepEqual(sent.map(({ event }) => event.data.reply_mode), ["auto"]);
    });
  });

  describe("of the owner's bot", () => {
    beforeEach(async () => {
      await publish(space);
      const webhook = { url: bot.url, secret: bot.secret };
      const shown = await replies(space, { answerer: "webhook", webhook });
      assert.deepEqual(shown.webhook, { url: bot.url }, "the secret is not shown");
    });

    test("are said in its words, signed both ways", async () => {
      bot.script = (body) => ({ text: JSON.stringify({ text: `You said: ${body.message.text}` }) });
      const talk = await visit(space);
      assert.equal((await ask(talk, "When are you open?")).text, "You said: When are you open?");
      const [request] = bot.requests;
      assert.equal(request.error, undefined);
      assert.equal(request.body.type, "reply.wanted");
      assert.equal(request.body.conversation_id, talk.id);
      assert.deepEqual(request.body.transcript.map((message) => message.role), ["customer"]);
    });

    test("may be none, and may call a person", async () => {
      bot.script = () => ({ status: 204 });
      const talk = await visit(space);
      await talk.visitor.say(talk.id, "When are you open?");
      assert.deepEqual(await quiet(talk), []);
      bot.script = () => ({ text: JSON.stringify({ handoff: true, text: "Ana will be with you." }) });
      assert.equal((await ask(talk, "And on Sundays?")).text, "Ana will be with you.");
      const desk = await space.team.get(`/v1/conversations/${talk.id}/desk`);
      assert.deepEqual([desk.state, desk.reason], ["waiting", "policy"]);
    });

    for (const [how, script] of [
      ["hangs", () => undefined],
      ["fails", () => ({ status: 500 })],
      ["signs with another secret", () => ({ text: '{"text":"forged"}', secret: `whsec_${Buffer.alloc(32, 1).toString("base64")}` })],
      ["answers what was asked before", () => ({ text: '{"text":"replayed"}', id: "cv_other.m-1" })],
      ["answers late", () => ({ text: '{"text":"old"}', at: new Date(Date.now() - 3_600_000) })],
      ["answers nonsense", () => ({ text: '{"colour":"red"}' })],
      ["takes too long", () => ({ text: '{"text":"late"}', wait: 6_000 })],
    ]) {
      test(`do not leave the visitor alone when it ${how}`, async () => {
        bot.script = script;
        const talk = await visit(space);
        const begin = Date.now();
        const reply = await ask(talk, "When are you open?", ANSWER_MS * 2);
        assert.ok(Date.now() - begin <= ANSWER_MS, `${Date.now() - begin} ms`);
        assert.match(reply.text, /nine to five/, "the embedded answerer stands in");
      });
    }

    test("leave no message longer alone than one, however many there are", async () => {
      bot.script = () => undefined;
      const talk = await visit(space);
      const said = [];
      const say = async (text) => {
        const { message } = await talk.visitor.say(talk.id, text);
        said.push({ ...message, wanted: /open/.test(text) ? /nine to five/ : /30 days/ });
      };
      const answered = (at) => until(`an answer to "${said[at].text}"`, async () => {
        const { messages } = await talk.visitor.messages(talk.id);
        return messages.find((m) => m.id.startsWith("auto-") && said[at].wanted.test(m.text));
      }, ANSWER_MS * 3);
      await say("When are you open?");
      await sleep(400);
      await say("And how do returns work?");
      await sleep(2_400);
      await say("hello, are you there?");
      for (const at of [0, 1]) {
        const { at: then } = await answered(at);
        const waited = then - said[at].at;
        assert.ok(waited <= ANSWER_MS, `${said[at].text}: ${waited} ms`);
      }
    });

    test("come in time also when the visitor goes on and on", async () => {
      bot.script = (body) => ({ text: JSON.stringify({ text: `Of ${body.unanswered.length}` }), wait: 1_000 });
      const talk = await visit(space);
      const { message } = await talk.visitor.say(talk.id, "When are you open?");
      for (let n = 0; n < 12; n++) {
        await sleep(500);
        await talk.visitor.say(talk.id, `And what about shelf ${n}?`);
      }
      const { messages } = await talk.visitor.messages(talk.id);
      const first = messages.find((m) => m.id.startsWith("auto-"));
      assert.ok(first, "there is no answer");
      const waited = first.at - message.at;
      assert.ok(waited <= ANSWER_MS, `${waited} ms`);
    });

    test("are asked for again with what came meanwhile, and said once", async () => {
      bot.script = (body) => ({ text: JSON.stringify({ text: `Of ${body.unanswered.join(", ")}` }), wait: 800 });
      const talk = await visit(space);
      const first = await talk.visitor.say(talk.id, "I bought a lamp");
      await sleep(300);
      const second = await talk.visitor.say(talk.id, "Can I send it back?");
      const reply = await until("the reply", async () => (await talk.visitor.messages(talk.id)).messages.find((m) => m.id.startsWith("auto-")));
      assert.deepEqual([reply.id, reply.text], [`auto-${second.message.seq}`, `Of ${first.message.id}, ${second.message.id}`]);
      assert.equal((await quiet(talk)).length, 1);
      const asked = bot.requests.filter(({ body }) => body.conversation_id === talk.id);
      assert.equal(asked.at(-1).body.message.id, second.message.id);
    });

    test("that come when a person has spoken are not said", async () => {
      bot.script = () => ({ text: '{"text":"too late"}', wait: 1_000 });
      const talk = await visit(space);
      await talk.visitor.say(talk.id, "When are you open?");
      await sleep(300);
      await space.team.say(talk.id, "Hi, Ana here.");
      assert.deepEqual(await quiet(talk), []);
    });

    test("need an address that can be asked, and a secret", async () => {
      for (const webhook of [undefined, { url: "http://example.com", secret: bot.secret }, { url: "https://other.example" }, { url: bot.url, secret: "short" }]) {
        assertProblem(await space.team.send("PUT", "/v1/replies", { body: { answerer: "webhook", webhook } }), 422, "invalid_field");
      }
    });
  });

  describe("of a language model", () => {
    beforeEach(async () => {
      await publish(space);
      assertProblem(await space.team.send("PUT", "/v1/replies", { body: { answerer: "llm" } }), 422, "invalid_field");
      const body = { provider: "openai_compatible", base_url: bot.base, model: "m", key: "k-1", classify: "off" };
      await space.team.expect(200, "PUT", "/v1/llm", { body });
      await replies(space, { answerer: "llm" });
    });

    test("say what the articles say, and name them", async () => {
      bot.script = () => completion({ articles: [1], reply: "You have 30 days to send it back." });
      const talk = await visit(space);
      const reply = await ask(talk, "How do returns work, how long do I have?");
      assert.equal(reply.text, "You have 30 days to send it back.\n\n— Returns and refunds");
      const [{ body, path }] = bot.requests;
      assert.equal(path, "/v1/chat/completions");
      assert.match(body.messages[0].content, /Article 1: Returns and refunds\nYou can send back anything within 30 days/);
      assert.ok(!body.messages[0].content.includes("how long do I have"), "what visitors write is no rule");
    });

    test("are not said where they are made up", async () => {
      const talk = await visit(space);
      for (const made of [
        { articles: [1], reply: "You have 90 days." },
        { articles: [], reply: "You have 30 days." },
        { articles: [], reply: null },
      ]) {
        bot.script = () => completion(made);
        const fresh = await visit(space);
        const reply = await ask(fresh, "How do returns work, how long do I have?");
        assert.match(reply.text, /no reliable answer/, JSON.stringify(made));
      }
      bot.script = () => ({ status: 500 });
      assert.match((await ask(talk, "How do returns work, how long do I have?")).text, /30 days of delivery/);
      bot.script = () => completion("no JSON at all");
      const other = await visit(space);
      assert.match((await ask(other, "How do returns work, how long do I have?")).text, /30 days of delivery/);
    });

    test("are said though the visitor has thanked for them before they were there", async () => {
      bot.script = () => ({ ...completion({ articles: [1], reply: "You have 30 days to send it back." }), wait: 1_200 });
      const talk = await visit(space);
      const { message } = await talk.visitor.say(talk.id, "How do returns work, how long do I have?");
      await sleep(400);
      await talk.visitor.say(talk.id, "Thank you!");
      const reply = await until("the reply", async () => (await talk.visitor.messages(talk.id)).messages.find((m) => m.id.startsWith("auto-")));
      assert.deepEqual([reply.id, reply.text.slice(0, 11)], [`auto-${message.seq}`, "You have 30"]);
      assert.equal((await quiet(talk)).length, 1);
      assert.equal(bot.requests.length, 1);
    });

    describe("that come in pieces", () => {
      const QUESTION = "How do returns work, how long do I have?";
      const REPLY = JSON.stringify({ articles: [1], reply: "You have 30 days to send it back." });

      /** Asks, and gives the reply with what was to be seen before it. */
      async function watched(pieces, options) {
        bot.script = () => ({ pieces, ...options });
        const talk = await visit(space);
        const socket = await Socket.open(worker, talk.id, talk.visitor.key);
        const reply = await ask(talk, QUESTION);
        const last = await socket.next("the reply", (frame) => frame.type === "message" && frame.message.id === reply.id);
        const drafts = socket.frames.filter(({ type }) => type === "draft");
        assert.ok(drafts.every(({ id }) => id === reply.id), "under the id that the message has");
        assert.equal(socket.frames.at(-1), last, "nothing of a draft comes after it");
        socket.close();
        return { reply, drafts: drafts.map(({ text }) => text), talk };
      }

      test("are shown as they grow, and then said", async () => {
        const { reply, drafts, talk } = await watched(chunks(REPLY, 4), { every: 120 });
        assert.equal(reply.text, "You have 30 days to send it back.\n\n— Returns and refunds");
        assert.ok(drafts.length >= 3, JSON.stringify(drafts));
        for (const [n, text] of drafts.entries()) {
          assert.ok(reply.text.startsWith(text) && text.length >= (drafts[n - 1] ?? "").length, JSON.stringify(drafts));
        }
        assert.equal(bot.requests[0].body.stream, true);
        const { messages } = await talk.visitor.messages(talk.id);
        assert.equal(messages.length, 2, "a draft is no message");
      });

      test("are taken back where they are made up, and the number is never seen", async () => {
        const made = JSON.stringify({ articles: [1], reply: "You have all of 90 days for it, so take your time." });
        const { reply, drafts } = await watched(chunks(made, 5), { every: 120 });
        assert.match(reply.text, /no reliable answer/);
        assert.ok(drafts.length >= 2 && drafts.at(-1) === null, JSON.stringify(drafts));
        assert.ok(!drafts.some((text) => text?.includes("9")), JSON.stringify(drafts));
      });

      for (const [how, pieces, options] of [
        ["are cut off", chunks(REPLY, 4).slice(0, 10), { cut: true }],
        ["end too soon", chunks(REPLY, 4).slice(0, 10), {}],
        ["break into an error", [...chunks(REPLY, 4).slice(0, 10), { error: { message: "overloaded" } }], {}],
      ]) {
        test(`leave the word to the embedded answerer where they ${how}`, async () => {
          const { reply, drafts } = await watched(pieces, { every: 60, ...options });
          assert.match(reply.text, /30 days of delivery/);
          assert.ok(drafts.length > 0 && drafts.at(-1) !== null, "what was to be seen stays until the message is there");
        });
      }

      test("are dropped when a person speaks meanwhile", async () => {
        bot.script = () => ({ pieces: chunks(REPLY, 4), every: 150 });
        const talk = await visit(space);
        const socket = await Socket.open(worker, talk.id, talk.visitor.key);
        await talk.visitor.say(talk.id, QUESTION);
        await socket.next("a draft", (frame) => frame.type === "draft");
        await space.team.say(talk.id, "Hi, Ana here.");
        await socket.next("that it is taken back", (frame) => frame.type === "draft" && frame.text === null);
        socket.close();
        assert.deepEqual(await quiet(talk), []);
      });

      test("lose nothing when the visitor was away while they were written", async () => {
        bot.script = () => ({ pieces: chunks(REPLY, 4), every: 100 });
        const talk = await visit(space);
        const socket = await Socket.open(worker, talk.id, talk.visitor.key);
        const { message } = await talk.visitor.say(talk.id, QUESTION);
        await socket.next("a draft", (frame) => frame.type === "draft");
        socket.close();
        const again = await Socket.open(worker, talk.id, talk.visitor.key);
        await again.next("the reply", (frame) => frame.type === "message" && frame.message.id === `auto-${message.seq}`);
        again.close();
        const { messages } = await talk.visitor.messages(talk.id);
        assert.deepEqual(messages.map(({ role }) => role), ["customer", "bot"]);
      });
    });
  });
});
