# SPDX-License-Identifier: MIT
"""`sselog doctor` as tests start it, and what it found.

    doctor()   runs it; returns an Examination
"""
import json
import os
import subprocess

import webs

LONG = 20  # seconds of patience, where bytes must come: a busy machine is late
SHORT = 0.5  # seconds, where none come


class Examination:
    """status: the exit status. findings: all that are not OK, as objects. passed: the ids that are."""

    def __init__(self, done):
        assert done.returncode in (0, 1), done.stderr
        self.status = done.returncode
        self.all = [json.loads(line) for line in done.stdout.splitlines()]
        self.findings = [f for f in self.all if f["state"] in ("WARN", "FAIL")]
        self.notes = [f for f in self.all if f["state"] == "NOTE"]
        self.passed = {f["id"] for f in self.all if f["state"] == "OK"}
        assert self.status == bool(self.findings)

    def only(self, id, evidence, cure):
        """There is one finding, of this id, with these texts."""
        assert [f["id"] for f in self.findings] == [id], self.findings
        assert evidence in self.findings[0]["evidence"], self.findings
        assert cure in self.findings[0].get("cure", ""), self.findings

    def has(self, id, evidence, cure=""):
        """One of the findings of this id has these texts."""
        assert any(f["id"] == id and evidence in f["evidence"] and cure in f.get("cure", "")
                   for f in self.findings), self.all


def run(environment, *args, before=(), stdin="", timeout=120):
    """Runs it with these options in the environment and nothing else of ours."""
    keep = {k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS") or k == "PATH"}
    return subprocess.run([webs.program(), *map(str, before), "doctor", *map(str, args)],
                          env={**keep, **environment}, capture_output=True, text=True, timeout=timeout,
                          input=stdin)


def local(setup, *args, before=(), **options):
    """Without a URL; options replace those of the setup."""
    environment = {**setup.options, **{f"SSELOG_{k.upper()}": str(v) for k, v in options.items()}}
    return Examination(run(environment, "--json", "-v", *args, before=before))


def web(server, *args, patience=LONG, stdin="", scheme="http"):
    """Through a web server, with the options of its sselog."""
    url = f"{scheme}://127.0.0.1:{server.port}{server.path}"
    return Examination(run(server.setup.options, "--json", "-v", "--patience", patience, *args, url,
                           stdin=stdin))
