#!/usr/bin/env python3
"""Checks what the SDK's header costs an author of services.

    check.py headers COMPILER SDK_INCLUDE             it includes nothing that costs more than it gives, or ties the ABI
    check.py time COMPILER SDK_INCLUDE SDK_LIBRARY    CPU seconds of the header alone, and of the template with its link

The time is user + system of the whole compile, best of three: other work on the machine only makes it longer.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
FLAGS = ("-std=c++23 -O1 -g1 -fPIC -fvisibility=hidden -fno-plt -Wall -Werror=return-type -Werror=unused-result "
         "-Wno-undefined-var-template").split()
LINK = "-shared -fuse-ld=lld-19 -Wl,-z,defs".split()
BANNED_FILES = {"chrono", "functional", "memory", "iostream", "regex", "format", "thread", "chrono.h"}
BANNED_FOLDERS = {"boost", "asio", "spdlog", "fmt", "openssl"}
HEADER_SECONDS, TEMPLATE_SECONDS = 1.0, 2.0


def check_headers(compiler, include):
    rule = subprocess.run([compiler, *FLAGS, "-isystem", include, "-M", "-x", "c++", "-"], check=True, text=True,
                          input="#include <p2p/service.hpp>\n", capture_output=True).stdout
    files = [pathlib.PurePath(name) for name in rule.replace("\\\n", " ").split()[1:]]
    wrong = [str(f) for f in files if f.name in BANNED_FILES or BANNED_FOLDERS & set(f.parts)]
    if len(files) < 20:
        wrong.append(f"only {len(files)} headers: was it preprocessed at all?")
    return wrong


def cpu_seconds(command):
    before = os.times()
    subprocess.run(command, check=True)
    after = os.times()
    return (after.children_user - before.children_user) + (after.children_system - before.children_system)


def best_of_three(command, budget):
    best = float("inf")
    for _ in range(3):
        best = min(best, cpu_seconds(command))
        if best <= budget:
            break
    return best


def check_time(compiler, include, library):
    with tempfile.TemporaryDirectory() as folder:
        alone = pathlib.Path(folder, "alone.cpp")
        alone.write_text("#include <p2p/service.hpp>\n", encoding="utf-8")
        compile_with = [compiler, *FLAGS, "-isystem", include]
        jobs = {"the header alone": ([*compile_with, "-c", str(alone), "-o", f"{folder}/alone.o"], HEADER_SECONDS),
                "the template, compiled and linked": ([*compile_with, *LINK, str(HERE / "my_service/main.cpp"), library,
                                                       "-o", f"{folder}/service.so"], TEMPLATE_SECONDS)}
        wrong = []
        for what, (command, budget) in jobs.items():
            took = best_of_three(command, budget)
            print(f"{what}: {took:.2f} s of CPU, at most {budget:.1f}")
            if took > budget:
                wrong.append(f"{what} takes {took:.2f} s of CPU, more than {budget:.1f}")
        return wrong


def main():
    what, *given = sys.argv[1:]
    wrong = check_headers(*given) if what == "headers" else check_time(*given)
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
