// Which packages and modules are for tests: to invent data, to pretend, to assert, to draw by chance. Lists of names and how to read a path.

import type { Language } from '../program/program.ts'
import { wordsOf } from './market-words.ts'

const list = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

/** Packages of npm and modules of Node; a name covers its subpaths, '@scope/*' a whole scope. */
const PACKAGES = list(`
  faker @faker-js/* community-faker chance casual casual-browserify @ngneat/falso falso dummy-json json-schema-faker mocker-data-generator
  @snaplet/* @anatine/zod-mock zod-mock @mswjs/* @ngneat/spectator fishery factory.ts factory-girl rosie test-data-bot @jackfranklin/test-data-bot
  autofixture autofixture-ts intermock typescript-mockify
  fast-check @fast-check/* jsverify testcheck lorem-ipsum @stryker-mutator/*
  jest @jest/* ts-jest jest-mock jest-mock-extended jest-fetch-mock jest-extended jest-when vitest @vitest/* vitest-mock-extended vitest-fetch-mock
  vitest-when mocha chai chai-as-promised chai-http chai-spies sinon sinon-chai sinon-ts @sinonjs/* ts-sinon ts-sinon-extended nise lolex
  nock msw mockdate mockery mock-require ts-mockito @johanblumenberg/ts-mockito ts-mock-imports typemoq @typestrong/ts-mockito
  @fluffy-spoon/substitute moq.ts strong-mock testdouble testdouble-jest ava tap tape uvu jasmine jasmine-core karma qunit should expect.js
  expect unexpected power-assert zora @hapi/lab @hapi/code japa @japa/* supertest superagent-mock pactum frisby pact @pact-foundation/*
  proxyquire proxyquireify rewire rewiremock esmock quibble testcontainers @testcontainers/* node:test test timekeeper mock-socket mock-fs
  mock-stdin mock-http-server mockttp mock-server node-mocks-http fetch-mock fetch-mock-jest axios-mock-adapter moxios mockaxios jest-mock-axios
  mock-xmlhttprequest xhr-mock fake-indexeddb fakeredis ioredis-mock redis-mock pg-mem mongodb-memory-server mongodb-memory-server-core
  mongo-mock mockgoose mockingoose sequelize-mock mock-knex aws-sdk-mock aws-sdk-client-mock nodemailer-mock mock-aws-s3 kafkajs-mock
  cypress @playwright/test puppeteer-mock @testing-library/* enzyme react-test-renderer @storybook/test bun:test
  @open-wc/testing @wdio/* nightwatch testcafe wiremock wiremock-captain mountebank miragejs json-server @mocks-server/* @graphql-tools/mock
  seedrandom random-js random-seed pure-rand prando alea mersenne-twister mersennetwister ts-mersenne-twister mersenne simplex-noise
  open-simplex-noise perlin perlin-noise perlin.js noisejs fast-simplex-noise tumult noise-library seed-random seeded-random rand-seed
  lcg-rnd xorshift xorshift128plus xoshiro-wasm xorshift.js math-random-seed random-normal random-float random-int
  random-number random-item unique-random unique-random-array probability-distributions gaussian-random randgen d3-random @stdlib/random
  random-gaussian box-muller gauss-random random-walk brownian-motion geometric-brownian-motion
`)

/** Modules that Python imports, with all below them. */
const MODULES = list(`
  faker faker_microservice mimesis factory.fuzzy factory.django factory.alchemy factory.mongoengine factory_boy pytest_factoryboy polyfactory pydantic_factories model_bakery model_mommy
  mixer.backend hypothesis schemathesis dummy_data forgery_py forgery_py3 pydbgen fauxfactory elizabeth sdv gretel_synthetics
  timeseries_generator tsaug timesynth ydata_synthetic synthcity
  pytest _pytest py.test pytest_mock pytest_asyncio pytest_httpx pytest_httpserver pytest_benchmark nose nose2 unittest unittest2 mock
  asynctest asyncmock aiounittest testtools test testing behave lettuce expects hamcrest pyhamcrest assertpy flexmock mockito
  doublex mox mox3 fudge dingus ludibrio mocktest responses.matchers requests_mock requests_testadapter httpretty httmock pook vcr vcrpy betamax
  freezegun time_machine libfaketime moto localstack_client mongomock mongomock_motor pymongo_inmemory fakeredis mockredis birdisle
  birdisle.redis aioresponses aioresponses.core respx mocket pytest_vcr snapshottest syrupy testfixtures testcontainers pyfakefs
  pyfakefs.fake_filesystem alchemy_mock mock_alchemy sqlalchemy_utils.testing mockupdb placebo sttable wiremock mountebank tavern locust
  django.test numpy.testing pandas.testing pandas._testing pandas.util.testing torch.testing sqlalchemy.testing starlette.testclient
  fastapi.testclient aiohttp.test_utils aiohttp.pytest_plugin tornado.testing twisted.trial flask.testing werkzeug.test webtest
  ccxt.test backports.test click.testing typer.testing grpc_testing jax.test_util werkzeug.testapp scipy.testing
  perlin_noise opensimplex pnoise randomgen stochastic.processes fbm randomname lcg rstr
`)

/**
 * Modules of Python whose name is also a good one for a module of one's own: told by what is taken from them. The whole module is
 * taken as '*'.
 */
const TOLD_BY_NAMES: Readonly<Record<string, ReadonlySet<string>>> = {
  factory: list('* Factory Faker Sequence SubFactory LazyAttribute LazyFunction Iterator fuzzy django alchemy'),
  responses: list('* activate add RequestsMock matchers mock start stop GET POST'),
  noise: list('* pnoise1 pnoise2 pnoise3 snoise2 snoise3 snoise4 perlin'),
}

/**
 * Whether importing this brings something into the program that belongs into tests, and what to call it; undefined when not. `names`
 * are those taken from it, '*' for the whole.
 */
export function whatForTests(module: string, language: Language, names: readonly string[] = ['*']): string | undefined {
  if (language === 'python') {
    if (names.some(name => TOLD_BY_NAMES[module]?.has(name))) return 'a library for tests'
    return pythonModule(module)
  }
  if (/^(?:\.|\/|~|@\/|#|file:|[a-z]:\\)/i.test(module)) return pathForTests(module) ? 'a module for tests' : undefined
  return npmPackage(module)
}

function npmPackage(specifier: string): string | undefined {
  // Loaders and registries write their own marks before a name: 'npm:chance@1', 'https://esm.sh/chance', 'raw!chance'.
  const name = specifier
    .replace(/^.*!/, '')
    .replace(/^(?:npm|jsr):\/?/, '')
    .replace(/^https?:\/\/[^/]+\/(?:npm\/|gh\/|v\d+\/)?/, '')
    .replace(/(?<=[^/@])@[^/]*/, '')

  const parts = name.split('/')
  const isScoped = name.startsWith('@')
  if (isScoped && PACKAGES.has(`${parts[0]}/*`)) return 'a library for tests'
  for (let length = 1; length <= parts.length; length += 1) {
    if (PACKAGES.has(parts.slice(0, length).join('/'))) return 'a library for tests'
  }

  // Unknown packages by what they say of themselves: '@acme/mock-feed', 'kraken-mock', 'test-utils', '@acme/testing'.
  return parts.some((part, i) => !(isScoped && i === 0) && segmentForTests(part, { isPackage: true }))
    ? 'a package for tests'
    : undefined
}

function pythonModule(module: string): string | undefined {
  if (/^(?:multiprocessing\.dummy|_?dummy_thread(?:ing)?)(?:\.|$)/.test(module)) return undefined
  const parts = module.split('.').filter(part => part !== '')
  if (!module.startsWith('.')) {
    for (let length = 1; length <= parts.length; length += 1) {
      if (MODULES.has(parts.slice(0, length).join('.'))) return 'a library for tests'
    }
  }
  return parts.some(part => segmentForTests(part, { isPackage: false })) ? 'a module for tests' : undefined
}

/** './mocks/feed', '../test/helpers.ts', 'data/fake-quotes.json': whether a path says of itself that it is for tests. */
export function pathForTests(path: string): boolean {
  const segments = path.split(/[\\/]/).filter(segment => segment !== '' && segment !== '.' && segment !== '..')
  if (segments.some(segment => wordsOf(segment).some(word => SPORT.has(word)))) return false

  if (/(?:^|\/)(?:specs?|e2e)\/(?:support|helpers?|fixtures?|factories|mocks?|data|utils?)(?:\/|\.\w+$|$)/i.test(path))
    return true

  const last = segments.length - 1
  return segments.some((segment, i) => {
    if (i < last) return segmentForTests(segment, { isPackage: false })
    if (/\.(?:test|mock|mocks|fake|fixture|fixtures|stub|stubs)(?:\.\w+)*$/i.test(segment)) return true
    if (/\.(?:spec|e2e)(?:\.[cm]?[jt]sx?)?$/i.test(segment) && !/openapi|contract|swagger/i.test(segment)) return true
    return segmentForTests(segment.replace(/\.\w{1,5}$/, ''), { isPackage: false })
  })
}

/** Fixtures are also the matches of a season. */
const SPORT = list(
  'football soccer league leagues sport sports match matches cricket rugby tennis team teams odds bookmaker calendar',
)

const ALWAYS = list(`
  mock mocks mocked mocker mocking fixture fixtures fake fakes faked faker fakedata fakefeed stub stubs stubbed testdata testutil testutils
  testhelper testhelpers testsupport testkit testbed conftest dummy dummies mockdata mockfeed mockserver testing synthetic synthetics
  jest vitest unittest pytest
`)

/**
 * Words of finance and statistics in which those are no pretence: a synthetic cross is a real price of two real ones, a stub period a
 * short coupon, a fake breakout a pattern, dummy variables a matter of regression.
 */
const HONEST: Readonly<Record<string, ReadonlySet<string>>> = {
  synthetic:
    list(`cross crosses option options forward forwards position positions index indices pair pairs rate rates spread spreads
    instrument instruments future futures short long leg legs combo combos straddle put call underlying underlyings asset assets etf cdo
    bond bonds equity stock currency currencies control controls symbol symbols order orders basket`),
  stub: list('period periods coupon coupons rate rates date dates'),
  fake: list('breakout breakouts breakdown signal signals out news volume volumes detector detection filter environment'),
  dummy: list('variable variables encoding coding encoder regression'),
  mocking: list('bird birds'),
  dummies: list('month weekday seasonal'),
  testing: list('back backtest stress forward hypothesis ab significance load penetration ksi'),
}

/** Made to look like data, said by two words: 'sample-quotes', 'demo_feed', 'canned-ticks'. */
const SHOWN = list('sample samples demo canned hardcoded example examples')
const DATA = list('data quotes quote ticks tick prices price feed feeds candles bars trades book orderbook market')

/** What is tested with statistics or on the way to production: the module does the test, it is not for tests. */
const STATISTICS = list(
  'connection connections statistic statistics net set sets split result results period window order orders case host hosts library libraries import imports',
)

const TESTED = list(
  'feed feeds client helper helpers util utils quote quotes price prices tick ticks market data source sources venue broker',
)

function segmentForTests(segment: string, { isPackage }: { readonly isPackage: boolean }): boolean {
  if (/^__(?:tests?|mocks?|fixtures?|stubs?|fakes?)__$/.test(segment)) return true

  const words = wordsOf(segment)
  const isHonest = (word: string, i: number) => {
    const honest = HONEST[word]
    return honest !== undefined && (honest.has(words[i + 1] ?? '') || honest.has(words[i - 1] ?? ''))
  }
  if (words.some((word, i) => ALWAYS.has(word) && !isHonest(word, i))) return true
  if (words.some((word, i) => SHOWN.has(word) && DATA.has(words[i + 1] ?? ''))) return true

  const [first = '', second = ''] = words
  if (first === 'test' || first === 'tests') return words.length === 1 || !STATISTICS.has(second)

  const last = words.at(-1) ?? ''
  const isSuffix = (last === 'test' || last === 'tests') && words.length > 1
  return isSuffix && !isPackage && TESTED.has(words.at(-2) ?? '')
}
