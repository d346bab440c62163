/** Enough for a very busy machine. */
const secondsMaxByDefault = 60;

/** Asks repeatedly until the answer is not undefined; throws after `secondsMax`. */
export async function waitFor<Value>(
  question: () => Promise<Value | undefined> | Value | undefined,
  secondsMax = secondsMaxByDefault,
): Promise<Value> {
  const end = performance.now() + secondsMax * 1000;
  for (;;) {
    const answer = await question();
    if (answer !== undefined) {
      return answer;
    }
    if (performance.now() > end) {
      throw new Error(`still waiting after ${secondsMax} s`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
