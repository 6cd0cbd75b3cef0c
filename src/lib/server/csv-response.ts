/** A CSV file of these parts, which is sent while it is made, so that any number of rows fits; `name` goes before the day of `at`, epoch ms. */
export function csvResponse(name: string, at: number, parts: AsyncGenerator<string>): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await parts.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await parts.return(undefined);
    },
  });
  return new Response(body, {
    headers: {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="${name}-${new Date(at).toISOString().slice(0, 10)}.csv"`,
      'cache-control': 'no-store',
    },
  });
}
