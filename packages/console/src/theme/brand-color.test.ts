import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contrastOf, readableOn, shadesOf } from './brand-color.ts';

test('black on white has a contrast of 21, a colour on itself of 1', () => {
  assert.equal(Math.round(contrastOf('#000000', '#ffffff')), 21);
  assert.equal(contrastOf('#123456', '#123456'), 1);
});

test('white text is readable on the filled shade of any colour', () => {
  for (const color of ['#ffff00', '#ffffff', '#000000', '#ff69b4', '#1f5f5b', '#00ff00']) {
    for (const shade of shadesOf(color).slice(6)) {
      assert.ok(contrastOf(shade, '#ffffff') >= 4.5, `${color} gives ${shade}`);
    }
  }
});

test('a colour that is readable already stays as it is', () => {
  assert.equal(readableOn('#1f5f5b', '#ffffff', '#000000', 4.5), '#1f5f5b');
});

test('a colour that is too dark for a dark page is made lighter until it can be read', () => {
  assert.ok(contrastOf(readableOn('#000080', '#1c2021', '#ffffff', 4.5), '#1c2021') >= 4.5);
});
