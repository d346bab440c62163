/** A machine with much else to do is slow; whoever waits longer than this waits for what does not come. */
const secondsMaxByDefault = 60;

/** Asks again and again until the answer is not undefined; throws after `secondsMax`. */
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
      throw new Error(`waited ${secondsMax} s in vain`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
