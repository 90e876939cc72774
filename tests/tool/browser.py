"""A headless Chromium, driven by WebDriver with nothing but the standard library."""
import base64
import json
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request


class Browser:
    """Use as `with Browser('--disable-3d-apis') as b: b.open(url)`."""

    def __init__(self, *flags, size=(1280, 900)):
        self.profile = tempfile.mkdtemp()
        with socket.socket() as s:
            s.bind(('127.0.0.1', 0))
            port = s.getsockname()[1]
        self.driver = subprocess.Popen(['chromedriver', f'--port={port}', '--silent'],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.base = f'http://127.0.0.1:{port}/session'
        self.session = ''
        arguments = ['--headless=new', '--no-sandbox', '--disable-dev-shm-usage',
                     '--hide-scrollbars', f'--user-data-dir={self.profile}',
                     f'--window-size={size[0]},{size[1]}', *flags]
        options = {'args': arguments}
        try:
            for attempt in range(100):
                try:
                    made = self.call('', {'capabilities': {'alwaysMatch': {
                        'goog:chromeOptions': options, 'goog:loggingPrefs': {'browser': 'ALL'}}}})
                    break
                except urllib.error.URLError as e:
                    if isinstance(e, urllib.error.HTTPError) or attempt == 99:
                        raise
                    time.sleep(0.1)  # the driver is not up yet
            self.session = '/' + made['sessionId']
        except Exception:
            self.__exit__()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.session:
            self.call('', method='DELETE')
        self.driver.terminate()
        self.driver.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    def call(self, path, body=None, method=None):
        request = urllib.request.Request(
            self.base + self.session + path, method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={'Content-Type': 'application/json'})
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)['value']
        except urllib.error.HTTPError as e:
            e.msg = json.load(e)['value']['message'].split('\n')[0]
            raise

    def open(self, url):
        self.call('/url', {'url': url})

    def run(self, script, *args):
        """The value of a function body."""
        return self.call('/execute/sync', {'script': script, 'args': list(args)})

    def wait(self, script, *args):
        """What the script passes to its last argument, a function."""
        return self.call('/execute/async', {'script': script, 'args': list(args)})

    def log(self):
        """What the console has said since the last call."""
        return [f"{e['level']} {e['message']}" for e in self.call('/se/log', {'type': 'browser'})]

    def devtools(self, command, **parameters):
        return self.call('/goog/cdp/execute', {'cmd': command, 'params': parameters})

    def picture(self, path):
        with open(path, 'wb') as f:
            f.write(base64.b64decode(self.call('/screenshot')))

    def actions(self, *sources):
        self.call('/actions', {'actions': list(sources)})
