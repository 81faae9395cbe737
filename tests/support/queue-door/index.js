// Stands in front of the Worker under test. `POST /queue-door?queue=&type=` hands a body to a queue as it is,
// where `queue` is the name of a binding of wrangler.toml; `GET /queue-door` shows what was set aside; every
// other request is handed on.
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
    const queue = env[searchParams.get("queue")];
    if (typeof queue?.send !== "function") return new Response("no such queue", { status: 404 });
    await queue.send(await body[contentType](), { contentType });
    return new Response(null, { status: 204 });
  },
};
