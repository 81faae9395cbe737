// What one would write first: each closing reads the customer's document and the document of counts from KV,
// changes them, and writes them back. For `cargo xtask bench store`, beside the ledger.

export default {
  async fetch(request, { DOCUMENTS }) {
    const { pathname } = new URL(request.url);
    if (pathname === "/health") return new Response("ok");
    const body = await request.json();
    const read = async (key) => (await DOCUMENTS.get(key, "json")) ?? {};
    const write = (key, value) => DOCUMENTS.put(key, JSON.stringify(value));
    if (pathname === "/close") {
      const { round, id, email, answers } = body;
      const customer = await read(`customer/${email}`);
      await write(`customer/${email}`, { ...customer, email, conversations: [...(customer.conversations ?? []), id] });
      await write(`conversation/${id}`, body);
      const counts = await read(`counts/${round}`);
      for (const [field, value] of Object.entries(answers)) {
        counts[`${field}/${value}`] = (counts[`${field}/${value}`] ?? 0) + 1;
      }
      await write(`counts/${round}`, counts);
      return Response.json({ closed: id });
    }
    const { round, emails } = body;
    const counts = Object.values(await read(`counts/${round}`));
    let conversations = 0;
    for (const email of emails) conversations += ((await read(`customer/${email}`)).conversations ?? []).length;
    return Response.json({ counted: counts.reduce((sum, n) => sum + n, 0), conversations });
  },
};
