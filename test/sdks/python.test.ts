import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runProgram } from '../support/programs.ts';
import { drivers, missingTool, python, pythonEnvironment, testAgainstServer, testTable } from '../support/sdks.ts';

const skip = await missingTool([[python, '-c', 'import requests']]);
const language = { name: 'Python', command: [python, `${drivers}driver.py`], env: pythonEnvironment };

testTable(language, skip);
testAgainstServer(language, skip);

test('the unit tests of the Python client pass', { skip }, async () => {
  const { code, stderr } = await runProgram(python, ['-m', 'unittest', 'discover', 'tests'], {
    cwd: new URL('../../sdks/python/', import.meta.url).pathname,
    env: { ...process.env, ...pythonEnvironment },
  });
  assert.equal(code, 0, stderr);
  assert.match(stderr, /Ran [1-9]\d* tests/);
});
