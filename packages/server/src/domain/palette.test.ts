import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contrastOf, defaultBrandColor, paletteOf } from './palette.ts';

const colors = ['#ffff00', '#ffffff', '#000000', '#ff69b4', '#1f5f5b', '#00ff00', '#000080'];

test('black on white has a contrast of 21, a colour on itself of 1', () => {
  assert.equal(Math.round(contrastOf('#000000', '#ffffff')), 21);
  assert.equal(contrastOf('#123456', '#123456'), 1);
});

test('white text is readable on the seventh shade of any colour and on every darker one', () => {
  for (const color of colors) {
    const { shades } = paletteOf(color);
    assert.equal(shades.length, 10);
    for (const shade of shades.slice(6)) {
      assert.ok(contrastOf(shade, '#ffffff') >= 4.5, `${color} gives ${shade}`);
    }
  }
});

test('any colour is readable as text on the pages of console and portal, light and dark', () => {
  for (const color of colors) {
    const { onLight, onDark } = paletteOf(color);
    for (const page of ['#ffffff', '#f6f7f6']) {
      assert.ok(contrastOf(onLight, page) >= 4.5, `${color} gives ${onLight} on ${page}`);
    }
    for (const page of ['#14171a', '#1c2021', '#252b2d']) {
      assert.ok(contrastOf(onDark, page) >= 4.5, `${color} gives ${onDark} on ${page}`);
    }
  }
});

test('a colour that is readable already stays as it is', () => {
  assert.equal(paletteOf('#1f5f5b').onLight, '#1f5f5b');
  assert.equal(paletteOf('#1f5f5b').shades[6], '#1f5f5b');
  assert.equal(paletteOf('#1f5f5b').isReadable, true);
});

test('a colour too pale for white text is reported with its contrast', () => {
  const { isReadable, whiteTextContrast } = paletteOf('#ffff00');
  assert.equal(isReadable, false);
  assert.ok(whiteTextContrast < 1.1);
});

test('without a colour the palette is that of Bindery', () => {
  assert.deepEqual(paletteOf('red}body{display:none'), paletteOf(defaultBrandColor));
  assert.deepEqual(paletteOf(null), paletteOf(defaultBrandColor));
});
