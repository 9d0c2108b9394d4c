"""Run schemathesis in GraphQL mode against a server and print PASS/FAIL counts per root field.

usage: fuzz.py --url URL [--token T] [--examples N] [--seed N] [--exclude-name NAME ...] [--queries-only]
"""
import argparse, os, pathlib, subprocess, sys, tempfile
import xml.etree.ElementTree as ET

here = pathlib.Path(__file__).resolve().parent
p = argparse.ArgumentParser()
p.add_argument("--url", default=os.environ.get("GQL_URL", "http://127.0.0.1:4701/graphql"))
p.add_argument("--token", default=os.environ.get("GQL_TOKEN"))
p.add_argument("--examples", default="50")
p.add_argument("--seed", default="1")
p.add_argument("--timeout", type=float, default=300, help="seconds, a bound on the whole run")
p.add_argument("--exclude-name", action="append", default=[])
p.add_argument("--contract", action="store_true", help="only the contract check of hooks.py instead of schemathesis' own checks")
p.add_argument("--queries-only", action="store_true")
p.add_argument("--ws"); p.add_argument("--strict", action="store_true")  # accepted so that run-all can pass one set of options
a = p.parse_args()

with tempfile.TemporaryDirectory() as tmp:
    xml = pathlib.Path(tmp, "junit.xml")
    cmd = [sys.executable, "-m", "schemathesis.cli", "run", a.url, "--max-examples", a.examples, "--seed", a.seed, "--no-color",
           "--request-timeout", "10", "--report-junit-path", str(xml), "--generation-database", "none",
           "--generation-graphql-allow-null", "false", "--max-response-time", "5"]
    if a.token: cmd += ["-H", f"Authorization: Bearer {a.token}"]
    if a.contract: cmd += ["--checks", "graphql_contract"]
    for n in a.exclude_name: cmd += ["--exclude-name", n]
    if a.queries_only: cmd += ["--include-name-regex", r"^Query\."]
    r = subprocess.run(cmd, env={**os.environ, "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(here)}, cwd=tmp, text=True, capture_output=True, timeout=a.timeout)
    if not xml.exists():
        print(r.stdout[-3000:], r.stderr[-3000:]); print("# schemathesis did not produce a report"); print("0 passed, 1 failed"); sys.exit(1)
    passed = failed = skipped = 0
    for tc in ET.parse(xml).getroot().iter("testcase"):
        bad = tc.findall("failure") + tc.findall("error")
        if bad:
            failed += 1
            print(f"FAIL {tc.get('name')} -- {len(bad)} distinct failure(s)")
            for f in bad[:3]: print("     " + " ".join((f.text or f.get("message") or "").replace("Reproduce with:", "|").split())[:700])
        elif tc.find("skipped") is not None: skipped += 1; print(f"SKIP {tc.get('name')}")
        else: passed += 1; print(f"PASS {tc.get('name')}")
    if not passed and not failed:
        print(r.stdout[-3000:], r.stderr[-3000:]); print("# schemathesis tested nothing"); failed = 1
    line = [l.strip() for l in r.stdout.splitlines() if "generated" in l]
    print(f"# schemathesis: {line[0] if line else ''}")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    sys.exit(1 if failed else 0)
