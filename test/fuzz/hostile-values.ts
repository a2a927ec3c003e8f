import fc from 'fast-check'

/** Texts that have broken something somewhere. */
export const hostileTexts: readonly string[] = [
  ...[
    '',
    ' ',
    '\u0000',
    'a\u0000b',
    '\ud800',
    'a\udfffb',
    '\ufeff',
    '\u202e',
    '\u2028',
    'e\u0301',
    'İ',
    'ß',
    'ﷺ'.repeat(50),
  ],
  ...['💥'.repeat(200), 'x'.repeat(255), 'x'.repeat(1_025), 'x'.repeat(70_000), '\n', 'a\r\nb: c', '\t', '\u001b[31m'],
  ...[
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    'then',
    'null',
    'undefined',
    'NaN',
    'true',
  ],
  ...[
    "' or 1=1 --",
    '"; drop table iam.user; --',
    '%',
    '_',
    '\\',
    '$1',
    '{}',
    '[]',
    '{all}',
    '$ne',
    '*',
    '#',
    '..',
    '/',
    '.',
  ],
  ...['../../etc/passwd', '<script>alert(1)</script>', '{{7*7}}', 'urn:uuid:00000000-0000-4000-8000-000000000000'],
  ...[
    '00000000-0000-0000-0000-000000000000',
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
    '{00000000-0000-4000-8000-000000000000}',
  ],
  ...['2026-02-30T00:00:00Z', '9999999999999-01-01', '-infinity', '1e400', '0x10', '１２'],
]

/** Values of any type, most of them wrong wherever they stand. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...hostileTexts),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(null, true, false, 0, -0, -1, 1.5, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308, 5e-324),
  fc.constantFrom(
    [],
    {},
    [[]],
    [null],
    { $ne: null },
    { length: 1e9 },
    ['a', 'a'],
    Array.from({ length: 300 }, () => 'x'),
  ),
  fc.jsonValue({ maxDepth: 3 }),
)

/** Bodies that are no sound JSON text, or too much of it. `sound` is one that would do. */
export function brokenText(sound: string): fc.Arbitrary<string | Buffer> {
  return fc.oneof(
    fc.nat({ max: Math.max(0, sound.length - 1) }).map((length) => sound.slice(0, length)),
    fc.constantFrom(
      ...[
        '',
        ' ',
        'null',
        '[]',
        '""',
        '0',
        '{}',
        '{"a":1,"a":2}',
        '{"a":1e999}',
        '{"a":-1E-999}',
        '{"a":01}',
        "{'a':1}",
      ],
      ...[
        '{"__proto__":{"admin":true}}',
        '{"constructor":{"prototype":{"x":1}}}',
        '{"a":"\\u0000"}',
        '{"a":"\\ud800"}',
      ],
      ...[`${'['.repeat(20_000)}`, `${'{"a":'.repeat(200)}1${'}'.repeat(200)}`, `\ufeff${sound}`, `${sound}${sound}`],
      ...[`${sound},`, '{"a":NaN}', '{"a":Infinity}', 'undefined', 'name=x&password=y', '<a/>', '{"\\u0000":1}'],
      Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
      Buffer.from(sound, 'utf16le'),
    ),
  )
}

/** Content types, none of them the plain one of JSON. */
export const oddTypes = [
  ...['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'multipart/form-data', 'json', '', ' '],
  ...['multipart/form-data; boundary=x', 'application/json; charset=utf-16', 'application/json;', 'APPLICATION/JSON'],
  ...[
    'application/vnd.api+json',
    'application/json, text/plain',
    'application/jsonp',
    '*/*',
    'a/b/c',
    `x/${'y'.repeat(500)}`,
  ],
] as const

/** What may stand in the place of an id in a path, percent-encoded; none of it a whole other path. */
export const oddSegments: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...hostileTexts.filter((text) => text.isWellFormed() && text.length < 300)).map(encodeURIComponent),
  fc.constantFrom('%2f', '%2F..%2f', 'a%2fb', '%5c', '%00', '%ff', '%c0%af', '%', '%zz', '%u0041', '.', '..', '%2e%2e'),
  fc.constantFrom(
    'x'.repeat(1_024),
    'x'.repeat(1_025),
    '0',
    '-1',
    '7',
    '1e99',
    ';a=b',
    '*',
    '@',
    'a b'.replace(' ', '+'),
  ),
  fc.uuid().map((id) => id.toUpperCase()),
  fc.uuid().map((id) => `${id}0`),
  fc.uuid().map((id) => id.replaceAll('-', '')),
)

/** What may stand behind the question mark, as it is. */
export const oddQueries = [
  ...[
    '%',
    '%zz',
    '%00=1',
    '%ff=1',
    '&&&',
    '=',
    '==',
    '?',
    'a[b][c]=1',
    'page[number]=1&page[number]=2',
    'page[number]=',
  ],
  ...['page[size]=0', 'page[size]=101', 'page[size]=9007199254740993', 'page[number]=1e3', 'page[number]=1000000'],
  ...[
    'filter[status][$ne]=1',
    'filter[]=1',
    '__proto__=1',
    '__proto__[x]=1',
    'constructor=1',
    'sort=-',
    'sort=;',
    'meta=2',
  ],
  ...[
    'meta=true&meta=false',
    'surprise=1',
    `a=${'x'.repeat(8_000)}`,
    Array.from({ length: 500 }, () => 'a=1').join('&'),
  ],
] as const

/** Headers that the hub looks at, with values that it may not like. */
export const oddHeaders: fc.Arbitrary<Record<string, string>> = fc.constantFrom<Record<string, string>>(
  ...[
    { 'x-auth-type': 'random' },
    { 'x-auth-type': 'oidc' },
    { accept: 'text/html' },
    { accept: '/' },
    { origin: 'null' },
  ],
  ...[
    { traceparent: '00-x' },
    { traceparent: `00-${'0'.repeat(32)}-${'0'.repeat(16)}-00` },
    { 'x-request-id': 'x\ty' },
  ],
  ...[
    { 'x-request-id': 'x'.repeat(2_000) },
    { 'idempotency-key': '\u00ff' },
    { 'if-match': '*' },
    { 'if-none-match': '"' },
  ],
  ...[
    { 'last-event-id': '-1' },
    { cookie: 'oih_session=x' },
    { cookie: 'oih_session=x; oih_session=y' },
    { cookie: ';=;' },
  ],
  ...[{ 'x-forwarded-for': 'x' }, { 'x-forwarded-proto': 'javascript' }, { 'x-http-method-override': 'DELETE' }],
  ...[{ 'content-encoding': 'gzip' }, { expect: '100-continue' }, { range: 'bytes=0-' }, { 'accept-encoding': 'br' }],
)
