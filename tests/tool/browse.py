#!/usr/bin/python3
"""landpage's pages in a real browser: TAP.  usage: browse.py FOLDER, with the pages
that tests/command/browser.t has made."""
import csv
import json
import math
import os
import struct
import sys
import time
import traceback
import xml.parsers.expat

from browser import Browser

T = sys.argv[1]
count = failed = 0


def test(name, *needs):
    """Runs the function that follows, now."""
    def take(body):
        global count, failed
        count += 1
        began = time.time()
        try:
            body(*needs)
            print('ok', count, '-', name, '# %.1f s' % (time.time() - began))
        except Exception:
            failed += 1
            print('not ok', count, '-', name)
            for line in traceback.format_exc().strip().split('\n')[-6:]:
                print('#', line)
        sys.stdout.flush()
    return take


def rows(name):
    with open(f'{T}/{name}.csv') as f:
        return list(csv.DictReader(f))


# ---- what is done again and again ----

def show(b, name):
    b.log()
    b.open(f'file://{T}/{name}.html')
    settled(b)


def settled(b):
    """The frames of what was done last are drawn, the fine one too."""
    b.wait('''const done = arguments[0];
        setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(done)), 220);''')


def press(b, text):
    b.run('''const b = [...document.querySelectorAll("button")].find(
        (e) => e.textContent.trim() === arguments[0] && e.checkVisibility());
        if (!b) throw new Error("no button " + arguments[0]); b.click();''', text)
    settled(b)


def quiet(b):
    said = b.log()
    assert not said, said


def readout(b):
    """The rows that are shown, by the head of their columns."""
    return b.run('''
        const names = [...document.querySelectorAll("#readout thead th")].map((e) => e.textContent);
        return [...document.querySelectorAll("#readout tbody tr")].filter((r) => !r.hidden).map(
            (r) => Object.fromEntries([...r.children].map((e, i) => [i ? names[i] : "name",
                e.textContent])));''')


def focus(b):
    b.run('[...document.querySelectorAll("canvas.relief")].find((c) => c.clientWidth).focus()')


def cameras(b):
    return b.run('return [...document.querySelectorAll("canvas.relief")].filter('
                 '(c) => c.clientWidth).map((c) => c.dataset.camera)')


def number(text):
    return float(text.replace('\u2212', '-').replace('±', ''))


def shown(v):
    return '%.6g' % v


def mouse(b, *steps):
    """Moves, presses and releases: ('move', x, y), ('down',), ('up',)."""
    actions = []
    for kind, *at in steps:
        if kind == 'move':
            actions.append({'type': 'pointerMove', 'duration': 0, 'origin': 'viewport',
                            'x': round(at[0]), 'y': round(at[1])})
        else:
            actions.append({'type': 'pointer' + kind.capitalize(), 'button': 0})
    b.actions({'type': 'pointer', 'id': 'm', 'parameters': {'pointerType': 'mouse'},
               'actions': actions})
    settled(b)


def box(b, selector, n=0):
    """Where an element is on the screen, after scrolling to it."""
    return b.run('''const e = [...document.querySelectorAll(arguments[0])].filter(
        (c) => c.checkVisibility())[arguments[1]];
        e.scrollIntoView({block: "center", behavior: "instant"});
        const r = e.getBoundingClientRect(); return [r.left, r.top, r.width, r.height];''',
                 selector, n)


def on_plane(b, x, y, n=0):
    """The place on the screen of (x, y) of a picture from above."""
    left, top, width, height = box(b, 'figure.now svg', n)
    data = json.loads(b.run('return document.getElementById("data").textContent'))
    pl, pt, pw, ph, x0, x1, y0, y1 = data['sheets'][n]['plot']
    view = b.run('const v = [...document.querySelectorAll("figure.now svg")]'
                 '[arguments[0]].viewBox.baseVal; return [v.width, v.height]', n)
    return (left + (pl + (x - x0) / (x1 - x0) * pw) / view[0] * width,
            top + (pt + ph - (y - y0) / (y1 - y0) * ph) / view[1] * height)


def well_formed(text):
    counts = {}
    parser = xml.parsers.expat.ParserCreate()
    parser.StartElementHandler = lambda name, _: counts.update({name: counts.get(name, 0) + 1})
    parser.Parse(text, True)
    return counts


def saved(seconds=10):
    """The file that is saved, when it is there: its name and bytes."""
    for _ in range(seconds * 20):
        new = [f for f in os.listdir(T + '/saved') if not f.endswith('.crdownload')]
        if new:
            with open(f'{T}/saved/{new[0]}', 'rb') as f:
                return new[0], f.read()
        time.sleep(0.05)
    raise AssertionError('nothing was saved')


def save(b, text):
    for old in os.listdir(T + '/saved'):
        os.remove(f'{T}/saved/{old}')
    press(b, text)
    return saved()


# ---- two surfaces ----

def two_surfaces(b):
    b.devtools('Page.setDownloadBehavior', behavior='allow', downloadPath=T + '/saved')
    show(b, 'two')

    @test('the console says nothing, nothing is loaded')
    def _():
        quiet(b)
        assert b.run('return performance.getEntriesByType("resource").length') == 0
        assert b.run('return document.documentElement.dataset.ready') == 'yes'

    @test('both surfaces are painted')
    def _():
        parts = b.run('''return [...document.querySelectorAll("canvas.relief")].filter(
            (c) => c.clientWidth).map((c) => {
            const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
            const seen = new Set(); let n = 0;
            for (let i = 0; i < d.length; i += 4)
                if (d[i + 3] > 200) { n++; seen.add(d[i] << 16 | d[i + 1] << 8 | d[i + 2]); }
            return [n / (c.width * c.height), seen.size]; });''')
        assert len(parts) == 2 and all(p > 0.15 and n > 300 for p, n in parts), parts

    @test('corners are projected where the formula has them')
    def _():
        width, height = b.run('const c = document.querySelectorAll("canvas.relief")[1];'
                              'return [c.clientWidth, c.clientHeight]')
        got = b.run('return document.querySelectorAll("canvas.relief")[1].dataset.corners')
        a, e = math.radians(-60), math.radians(32)
        zoom = min(width / 3.35, height / 2.75)
        want = []
        for x, y in (-1, -1), (1, -1), (1, 1), (-1, 1):
            want.append(width / 2 + zoom * (-math.sin(a) * x + math.cos(a) * y))
            want.append(height / 2 - zoom * (-math.sin(e) * (math.cos(a) * x + math.sin(a) * y) -
                                             math.cos(e) * 0.6))
        numbers = [float(v) for v in got.replace(',', ' ').split()]
        assert all(abs(p - q) < 0.2 for p, q in zip(numbers, want)), (numbers, want)

    @test('one camera: turning one turns the other')
    def _():
        x, y, w, h = box(b, 'canvas.relief')
        before = cameras(b)
        mouse(b, ('move', x + w / 2, y + h / 2), ('down',), ('move', x + w / 2 + 60, y + h / 2 - 20),
              ('up',))
        after = cameras(b)
        assert before == ['\u221260 32 1'] * 2, before
        assert after == ['\u221290 24 1'] * 2, after

    @test('keys turn, zoom and begin anew')
    def _():
        focus(b)
        b.actions({'type': 'key', 'id': 'k', 'actions': [
            {'type': t, 'value': v} for v in ('\ue012', '+') for t in ('keyDown', 'keyUp')]})
        settled(b)
        assert cameras(b) == ['\u221285 24 1.15'] * 2, cameras(b)
        press(b, 'reset')
        assert cameras(b) == ['\u221260 32 1'] * 2

    @test('pointing in a picture from above reads both surfaces')
    def _():
        want = {k: [r for r in rows(k) if (r['ix'], r['iy']) == ('1', '3')][0]
                for k in ('plane', 'small')}
        r = want['plane']
        x, y = on_plane(b, float(r['x']), float(r['y']))
        mouse(b, ('move', x + 1, y + 1))
        for got, name in zip(readout(b), ('plane', 'small')):
            near = min(rows(name), key=lambda q: (float(q['x']) - float(r['x'])) ** 2 +
                       (float(q['y']) - float(r['y'])) ** 2)
            assert shown(number(got['loss'])) == shown(float(near['loss'])), (got, near)
            assert shown(number(got['accuracy (%)'])) == shown(float(near['acc'])), (got, near)
            assert abs(number(got['x']) - float(near['x'])) < 1e-6 and got['status'] == 'ok', got
        assert b.run('return [...document.querySelectorAll("figure.now .cross")].length') == 2

    @test('pointing at a surface reads the same point')
    def _():
        press(b, 'from above')
        x, y, w, h = box(b, 'canvas.relief')
        mouse(b, ('move', x + w / 2, y + h / 2))
        centre = [r for r in rows('plane') if float(r['x']) == float(r['y']) == 0][0]
        got = readout(b)[0]
        assert number(got['x']) == number(got['y']) == 0, got
        assert shown(number(got['loss'])) == shown(float(centre['loss'])), got
        mouse(b, ('move', x + 2, y + 2))
        assert b.run('return document.querySelectorAll("figure.now .cross").length') == 0
        press(b, 'reset')

    @test('bands, lines and points are switched by style alone')
    def _():
        for style, bands, lines in (('lines', 'none', 'inline'), ('points', 'none', 'none'),
                                    ('bands', 'inline', 'inline')):
            press(b, style)
            got = b.run('''const f = document.querySelector("figure.now");
                return ["bands", "lines"].map((n) => getComputedStyle(f.querySelector("." + n)).display);''')
            assert got == [bands, lines], (style, got)
        quiet(b)

    @test('another field has its own picture and its own heights')
    def _():
        press(b, 'accuracy')
        assert b.run('return [...document.querySelectorAll("figure.now")].map((f) => f.dataset.field)') \
            == ['acc', 'acc']
        press(b, 'loss')

    @test('laid over each other: one canvas, both surfaces')
    def _():
        press(b, 'overlaid')
        assert len(cameras(b)) == 1
        assert b.run('return document.querySelector(".over h2").textContent').startswith('Laid over')
        press(b, 'side by side')
        assert len(cameras(b)) == 2

    @test('a section along a line that is drawn')
    def _():
        press(b, 'section')
        assert b.run('return document.querySelectorAll("#slice .curve").length') == 2
        a, c = on_plane(b, -0.5, -0.5), on_plane(b, 0.5, 0.25)
        mouse(b, ('move', *a), ('down',), ('move', *c), ('up',))
        got = b.run('return [...document.querySelectorAll("#slice input")].map((i) => Number(i.value))')
        assert all(abs(p - q) < 0.02 for p, q in zip(got, (-0.5, -0.5, 0.5, 0.25))), got
        mouse(b, ('move', *a), ('down',), ('move', *on_plane(b, -0.75, 0.1)), ('up',))
        got = b.run('return [...document.querySelectorAll("#slice input")].map((i) => Number(i.value))')
        assert all(abs(p - q) < 0.02 for p, q in zip(got, (-0.75, 0.1, 0.5, 0.25))), got
        press(b, 'section')
        assert not b.run('return document.getElementById("slice").checkVisibility()')

    @test('a surface that is not wanted goes')
    def _():
        toggle = 'document.querySelectorAll("#controls input[type=checkbox]")[1].click()'
        b.run(toggle)
        settled(b)
        assert len(cameras(b)) == 1 and len(readout(b)) == 1
        b.run(toggle)
        settled(b)

    @test('saved: PNG')
    def _():
        name, data = save(b, 'PNG')
        assert name.endswith('.png') and data[:8] == b'\x89PNG\r\n\x1a\n', data[:16]
        width, height = struct.unpack('>II', data[16:24])
        assert (width, height) == (2 * (2 * 640 + 92), 2 * 560), (width, height)

    @test('saved: SVG, every cell a shape')
    def _():
        name, data = save(b, 'SVG')
        counts = well_formed(data)
        assert name.endswith('.svg') and counts['path'] > 1000 and counts['text'] > 20, counts
        assert 'image' not in counts and b'norm=filter' in data

    @test("saved: contour's picture")
    def _():
        counts = well_formed(save(b, 'save SVG')[1])
        assert counts['pattern'] == 3 and counts['path'] > 10, counts

    @test('saved: CSV, a line for each point')
    def _():
        got = list(csv.DictReader(save(b, 'CSV')[1].decode().splitlines()))
        want = rows('plane') + rows('small')
        assert len(got) == len(want)
        for p, q in zip(got, want):
            assert abs(float(p['loss']) / float(q['loss']) - 1) < 1e-6 and p['status'] == 'ok'

    @test('values as a table; verdict and pipeline')
    def _():
        b.run('document.querySelectorAll("details").forEach((d) => { d.open = true; })')
        settled(b)
        cells = b.run('return document.querySelectorAll("#table td").length')
        assert cells == len(rows('plane')) + len(rows('small')), cells
        assert 'sharpness' in b.run('return document.getElementById("verdict").innerText')
        assert 'norm=filter' in b.run('return document.getElementById("pipeline").innerText')

    @test('everything that can be used has a name and is reached by keys')
    def _():
        nameless = b.run('''return [...document.querySelectorAll("button, input, canvas, svg[tabindex]")]
            .filter((e) => e.checkVisibility() && !(e.textContent.trim() || e.getAttribute("aria-label") ||
                e.labels && e.labels.length || e.getAttribute("aria-hidden"))).map((e) => e.outerHTML);''')
        assert not nameless, nameless
        assert b.run('return document.querySelectorAll("canvas.relief[tabindex=\\"0\\"]").length') == 3

    @test('dark, a phone, paper: no error, nothing too wide')
    def _():
        b.devtools('Emulation.setEmulatedMedia', features=[{'name': 'prefers-color-scheme', 'value': 'dark'}])
        settled(b)
        assert b.run('return getComputedStyle(document.body).backgroundColor') == 'rgb(18, 22, 28)'
        b.devtools('Emulation.setDeviceMetricsOverride', width=360, height=740, deviceScaleFactor=2,
                   mobile=True)
        settled(b)
        assert b.run('return [document.documentElement.scrollWidth, innerWidth]') == [360, 360]
        left, top, width, height = box(b, 'figure.now svg')
        for kind, points in (('touchStart', [{'x': left + width / 2, 'y': top + height / 2}]), ('touchEnd', [])):
            b.devtools('Input.dispatchTouchEvent', type=kind, touchPoints=points)
        settled(b)
        assert b.run('return document.querySelectorAll("figure.now .cross").length') == 2
        b.devtools('Emulation.clearDeviceMetricsOverride')
        b.devtools('Emulation.setEmulatedMedia', media='print', features=[])
        settled(b)
        assert not b.run('return document.getElementById("controls").checkVisibility()')
        b.devtools('Emulation.setEmulatedMedia', media='', features=[])
        quiet(b)


# ---- other pages ----

def others(b):
    @test('texts of a model are shown as they are, and nothing of them runs')
    def _():
        show(b, 'path')
        quiet(b)
        assert b.run('return [document.scripts.length, document.images.length, "owned" in window]') \
            == [2, 0, False]
        assert b.run('return document.querySelector("h1").textContent').startswith('</script><script>')
        assert b.run('return document.querySelector(".sheet:not(.over) h2").textContent').startswith('</script><script>')
        name, data = save(b, 'SVG')
        assert 'script' not in well_formed(data)

    @test('a path is played over its epochs')
    def _():
        b.run('''const s = document.querySelector("#controls input[type=range][max=\\"1000\\"]");
            s.value = 500; s.dispatchEvent(new Event("input"));''')
        settled(b)
        assert b.run('return document.querySelectorAll("figure.now .bead").length') == 1
        assert 'epoch 1.5' in b.run('return document.getElementById("controls").innerText')
        press(b, '▶ play')
        time.sleep(0.4)
        assert float(b.run('return document.querySelector("#controls input[max=\\"1000\\"]").value')) > 500
        press(b, '❚❚ pause')
        quiet(b)

    @test('NaN: a hole, and the readout says so')
    def _():
        show(b, 'surface')
        x, y = on_plane(b, 1, 1)
        mouse(b, ('move', x - 1, y + 1))
        got = readout(b)[0]
        assert (got['loss'], got['status'], got['images']) == ('NaN', 'nan', '8'), got
        quiet(b)

    @test('what is missing is called missing')
    def _():
        show(b, 'partial')
        x, y = on_plane(b, *map(float, (T_MISSING['x'], T_MISSING['y'])))
        mouse(b, ('move', x, y))
        assert readout(b)[0]['status'] == 'missing', readout(b)
        quiet(b)

    @test('requested points are read where they are')
    def _():
        show(b, 'asked')
        x, y = on_plane(b, 0.25, 0.5)
        mouse(b, ('move', x, y))
        got = readout(b)[0]
        assert (got['x'], got['y'], got['status']) == ('0.25', '0.5', 'ok, requested'), got
        quiet(b)

    @test('curves: the cross reads every line')
    def _():
        show(b, 'line')
        x, y, w, h = box(b, 'figure.now svg')
        mouse(b, ('move', x + w / 2, y + h / 2))
        got = readout(b)
        assert [r['status'] for r in got] == ['ok', 'ok'] and len({r['x'] for r in got}) == 1, got
        assert b.run('return document.querySelectorAll("figure.now .spot").length') >= 1
        press(b, 'log')
        assert b.run('return document.querySelector("figure.now").dataset.log') == '1'
        assert well_formed(save(b, 'SVG')[1])['path'] > 3
        quiet(b)

    @test('values at and below 0: no logarithm is offered')
    def _():
        show(b, 'negative')
        quiet(b)
        assert b.run('''return [...document.querySelectorAll("button")].find(
            (e) => e.textContent === "log").disabled''') is True

    @test('301 x 301 points turn')
    def _():
        show(b, 'large')
        focus(b)
        b.actions({'type': 'key', 'id': 'k', 'actions': [
            {'type': t, 'value': '\ue012'} for _ in range(3) for t in ('keyDown', 'keyUp')]})
        settled(b)
        assert cameras(b) == ['\u221245 32 1'], cameras(b)
        quiet(b)

    @test('in a frame that may not save, texts are offered for copying')
    def _():
        b.open(f'file://{T}/host.html')
        b.call('/frame', {'id': 0})
        settled(b)
        press(b, 'CSV')
        text = b.run('return document.querySelector("dialog textarea").value')
        assert len(text.splitlines()) == len(rows('plane')) + len(rows('small')) + 1
        press(b, 'Close')
        press(b, 'PNG')
        assert b.run('return document.querySelector("dialog img").src').startswith('data:image/png')
        b.call('/frame', {'id': None})
        quiet(b)

    @test('without scripts the pictures and the verdict remain')
    def _():
        b.devtools('Emulation.setScriptExecutionDisabled', value=True)
        b.open(f'file://{T}/two.html')
        b.devtools('Emulation.setScriptExecutionDisabled', value=False)
        assert b.run('return [...document.querySelectorAll("figure")].every((f) => f.checkVisibility())')
        assert b.run('return document.querySelector("noscript").checkVisibility()')


T_MISSING = json.load(open(T + '/missing.json'))
os.makedirs(T + '/saved', exist_ok=True)
# no graphics card and nothing that stands in for one: the page needs none
with Browser('--disable-3d-apis', '--disable-gpu') as browser:
    two_surfaces(browser)
    others(browser)
print(f'1..{count}')
sys.exit(failed > 0)
