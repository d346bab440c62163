import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownAddressOf } from './own-address.ts';

function moved(opened: string, publicUrl: string): string | undefined {
  return ownAddressOf(new URL(opened), publicUrl);
}

test('a page opened under the public URL stays', () => {
  assert.equal(moved('https://id.example/console', 'https://id.example'), undefined);
  assert.equal(moved('https://id.example/team/console', 'https://id.example/team'), undefined);
});

test('a page opened under another host, port or scheme moves to the same path of the public URL', () => {
  const own = 'https://id.example';
  assert.equal(moved('https://10.0.0.7/console/o/1?search=x', own), 'https://id.example/console/o/1?search=x');
  assert.equal(moved('http://id.example/setup#t=abc', own), 'https://id.example/setup#t=abc');
  assert.equal(moved('http://127.0.0.1:8080/console', 'http://localhost:8080'), 'http://localhost:8080/console');
});

test('the base path of the public URL is added exactly once', () => {
  const own = 'https://id.example/team';
  assert.equal(moved('http://10.0.0.7:8080/console/invite#t=a', own), 'https://id.example/team/console/invite#t=a');
  assert.equal(moved('http://10.0.0.7:8080/team/console', own), 'https://id.example/team/console');
  assert.equal(moved('http://10.0.0.7:8080/teamwork', own), 'https://id.example/team/teamwork');
});

test('no path, query or fragment leads to an origin other than that of the public URL', () => {
  for (const rest of [
    '//evil.example/',
    '/\\evil.example',
    '/@evil.example',
    '/?next=//evil.example',
    '/#//evil.example',
  ]) {
    for (const own of ['https://id.example', 'https://id.example/', 'https://id.example/team']) {
      const target = moved(`http://10.0.0.7:8080${rest}`, own);
      assert.equal(new URL(target ?? '').origin, 'https://id.example', rest);
    }
  }
});

test("a page stays where moving would loop or lead to the visitor's own machine", () => {
  assert.equal(moved('https://id.example/console', 'http://id.example'), undefined);
  assert.equal(moved('http://10.0.0.7:8080/console', 'http://localhost:8080'), undefined);
  assert.equal(moved('http://localhost.evil.example/console', 'http://localhost:8080'), undefined);
  assert.equal(moved('https://id.example/console', '__BINDERY_PUBLIC_URL__'), undefined);
});
