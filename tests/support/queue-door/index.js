// Stands in front of the Worker under test. `POST /queue-door?type=` hands a body to the queue of closed
// conversations as it is, `GET /queue-door` shows what was set aside, every other request is handed on.
// Never deployed.
export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname !== "/queue-door") return env.ASKWELL.fetch(request);
    if (request.method === "GET") {
      const { keys } = await env.DOCUMENTS.list({ prefix: "poison/" });
      return Response.json(await Promise.all(keys.map(({ name }) => env.DOCUMENTS.get(name, "json"))));
    }
    const contentType = searchParams.get("type");
    const body = {
      bytes: async () => new Uint8Array(await request.arrayBuffer()),
      text: () => request.text(),
      json: () => request.json(),
    };
    await env.CLOSED.send(await body[contentType](), { contentType });
    return new Response(null, { status: 204 });
  },
};
