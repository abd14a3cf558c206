import { expect, test } from 'vitest';
import { FORM_BYTES_MAX, inPieces, lastPart, metadata, patience, PIECE_BYTES, pieceEnd } from './pieces';

test('large files come in pieces, the last of which ends with the file', () => {
  expect(inPieces(FORM_BYTES_MAX)).toBe(false);
  expect(inPieces(FORM_BYTES_MAX + 1)).toBe(true);
  expect(pieceEnd(0, PIECE_BYTES * 2)).toBe(PIECE_BYTES);
  expect(pieceEnd(PIECE_BYTES, PIECE_BYTES + 5)).toBe(PIECE_BYTES + 5);
});

test('a name goes as Base64 of its UTF-8', () => {
  expect(metadata('foto.jpg')).toBe('filename Zm90by5qcGc=');
  expect(metadata('Café.jpg')).toBe('filename Q2Fmw6kuanBn');
});

test('an address ends with what it names', () => {
  expect(lastPart('/api/v1/sites/portal/uploads/0192')).toBe('0192');
});

test('patience ends', () => {
  expect(patience(0)).toBe(1_000);
  expect(patience(9)).toBeUndefined();
});
