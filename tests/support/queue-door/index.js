// Stands in front of the Worker under test: hands raw bytes to the queue of closed conversations, and
// every other request on. Never deployed.
export default {
  async fetch(request, env) {
    if (new URL(request.url).pathname !== "/queue-door") return env.ASKWELL.fetch(request);
    await env.CLOSED.send(new Uint8Array(await request.arrayBuffer()), { contentType: "bytes" });
    return new Response(null, { status: 204 });
  },
};
