# SPDX-License-Identifier: MIT
# sselog: build, test, bench, install.  `make help` lists the targets that carry a line after `##`.
#
# CC, CFLAGS, CPPFLAGS, LDFLAGS, PREFIX and DESTDIR from outside are respected.
#
# - `make DEBUG=1` builds for a debugger, in build/debug.
# - `make WERROR=1` ends the build at a warning, as CI does.
# - `make V=1` shows the commands.
# - `make BUILD=build/asan CC=clang SAN=address,undefined` makes another build beside the first.

ifdef DEBUG
CFLAGS   ?= -O0 -g3
BUILD    ?= build/debug
endif
CC       ?= cc
CFLAGS   ?= -O2 -g
PREFIX   ?= /usr/local
BINDIR   ?= $(PREFIX)/bin
MANDIR   ?= $(PREFIX)/share/man
DATADIR  ?= $(PREFIX)/share
DOCDIR   ?= $(PREFIX)/share/doc/sselog
INSTALL  ?= install
OBJCOPY  ?= objcopy
BUILD    ?= build
PKGCONFIG ?= pkg-config

VERSION := 0.2.0

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wvla \
        -Wconversion -Wformat=2
ifdef WERROR
WARN += -Werror
endif

# `make deps`, `make demo` and `make help` need no compiler. A rule that compiles tells how to get one.
MISSING := $(shell for tool in $(firstword $(CC)) $(firstword $(PKGCONFIG)); do \
                   command -v $$tool >/dev/null || echo $$tool; done)
define need_tools
$(if $(MISSING),$(error $(MISSING): not found; `make deps` installs what the build needs))
endef
ifneq ($(MISSING),)
PKGCONFIG := false
endif

# These goals compile nothing in this make, so nothing is probed for them.
PROBED := $(filter-out help deps demo asan check% distcheck mutants uninstall dist clean format tables hooks lint-format lint-tables \
                       lint-shell lint-words lint-web bundle npm,$(or $(MAKECMDGOALS),all))
ifneq ($(PROBED),)

# Hardening flags are probed one by one: a flag that the compiler lacks is left out.
comma := ,
probe = $(shell printf 'int main(void){return 0;}' | $(CC) -Werror $(1) -x c - -o /dev/null \
        2>/dev/null && printf '%s' '$(1)')
HARDEN := $(call probe,-fstack-protector-strong) $(call probe,-fstack-clash-protection) \
          $(call probe,-fcf-protection) $(call probe,-fPIE)
# -z relro -z now: all symbols are resolved at the start; afterwards the tables are read-only.
HARDEN_LD := $(if $(STATIC),,$(call probe,-pie)) $(call probe,-Wl$(comma)-z$(comma)relro) \
             $(call probe,-Wl$(comma)-z$(comma)now)

ifdef SAN
SANFLAGS := -fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=all
else ifndef DEBUG # glibc's checks need an optimized build
HARDEN += $(call probe,-D_FORTIFY_SOURCE=2)
endif

have = $(shell $(PKGCONFIG) --exists $(1) 2>/dev/null && echo yes)
PACKAGES := hiredis json-c nettle libutf8proc libpcre2-8 zlib
FEATURES :=
# libjwt and hiredis_ssl are not linked. identity/jwtcheck.c (RS256, ES256) and redis/tls.c load them
# when an option needs them, because libcrypto costs each process 440 kB of private memory. The soname must belong to
# the header that is compiled in. $(1) is the name in pkg-config, $(2) the library's name. Compilers
# search the directories of -B for `-print-file-name`, not those of -L.
soname = $(shell LC_ALL=C readelf -d "$$($(CC) $(patsubst -L%,-B%,$(shell $(PKGCONFIG) --libs-only-L $(1))) \
        -print-file-name=$(2).so)" 2>/dev/null | sed -n 's/.*SONAME.*\[\(.*\)\].*/\1/p')
ifndef STATIC # which loads nothing
JWT_SONAME := $(if $(call have,'libjwt < 3'),$(call soname,libjwt,libjwt))
endif
ifneq ($(JWT_SONAME),)
FEATURES += -DHAVE_LIBJWT -DLIBJWT_SONAME='"$(JWT_SONAME)"' $(shell $(PKGCONFIG) --cflags libjwt)
endif
# rediss:// needs hiredis 1.x with its TLS part. OpenSSL itself checks the certificate's name.
ifndef STATIC
TLS_SONAME := $(if $(call have,hiredis_ssl openssl),$(call soname,hiredis_ssl,libhiredis_ssl))
endif
ifneq ($(TLS_SONAME),)
FEATURES += -DHAVE_HIREDIS_SSL -DHIREDIS_SSL_SONAME='"$(TLS_SONAME)"' \
            $(patsubst -I%,-isystem%,$(shell $(PKGCONFIG) --cflags hiredis_ssl openssl))
endif

# `sselog doctor` asks a web server through libcurl, which no other command needs.
ifndef STATIC
CURL_SONAME := $(if $(call have,libcurl),$(call soname,libcurl,libcurl))
endif
ifneq ($(CURL_SONAME),)
FEATURES += -DHAVE_LIBCURL -DLIBCURL_SONAME='"$(CURL_SONAME)"' \
            $(patsubst -I%,-isystem%,$(shell $(PKGCONFIG) --cflags libcurl))
endif

# The libraries' headers are system headers: the warnings above are for our own code only.
PACKAGE_CFLAGS := $(patsubst -I%,-isystem%,$(shell $(PKGCONFIG) --cflags $(PACKAGES)))
PACKAGE_LIBS   := $(shell $(PKGCONFIG) --libs $(PACKAGES))
endif # PROBED

ALL_CPPFLAGS = -I. -D_GNU_SOURCE -DSSELOG_VERSION='"$(VERSION)"' $(FEATURES) $(CPPFLAGS) $(PACKAGE_CFLAGS)
ALL_CFLAGS   = -std=c11 -pthread $(WARN) $(HARDEN) $(SANFLAGS) $(CFLAGS)
ALL_LDFLAGS  = -pthread $(SANFLAGS) $(HARDEN_LD) $(LDFLAGS)
# The C library first: most symbols are found in it, which saves a twentieth of the start's instructions.
LIBS         = -lc -lfcgi $(PACKAGE_LIBS) -ldl

# `make static` sets STATIC: one file that needs no library and no loader.
ifdef STATIC
FEATURES  += -DSSELOG_STATIC
HARDEN_LD += -static-pie -s
LIBS       = -lfcgi $(shell $(PKGCONFIG) --static --libs $(PACKAGES)) $(BUILD)/name-services.a
$(BUILD)/sselog: $(BUILD)/name-services.a
endif

# Builds that other targets start use all processors.
PARALLEL := -j$(shell nproc)

ifndef V
Q   := @
say  = @printf '  %-4s %s\n' $(1) $(2)
endif

# The program's code is in the root and in these directories; ARCHITECTURE.md describes them.
ROOMS   := base config gateway front identity redis format relay doctor send verify
SOURCES := $(filter-out sselog.c,$(wildcard *.c $(ROOMS:%=%/*.c)))
# Only these files depend on libraries that may be missing, so the static program shares the other objects.
FEATURED := $(shell grep -lE 'HAVE_LIB|HAVE_HIREDIS|SSELOG_STATIC' $(SOURCES))
SHARED   ?= $(BUILD)
PLAIN    := $(patsubst %.c,$(SHARED)/%.o,$(filter-out $(FEATURED),$(SOURCES)))
OBJECTS  := $(PLAIN) $(FEATURED:%.c=$(BUILD)/%.o)
# A build that shares objects has the unit tests of its own ones only.
UNIT_SOURCES := $(wildcard tests/unit/test_*.c)
ifneq ($(SHARED),$(BUILD))
UNIT_SOURCES := $(shell grep -lE -e 'HAVE_LIB|HAVE_HIREDIS|SSELOG_STATIC' $(FEATURED:%=-e '"%"') $(UNIT_SOURCES))
endif
UNITS   := $(UNIT_SOURCES:tests/unit/%.c=$(BUILD)/unit/%)
FUZZERS := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))

all: $(BUILD)/sselog  ## the program, build/sselog

$(BUILD)/sselog: $(BUILD)/sselog.o $(BUILD)/libsselog.a
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

static: $(PLAIN) ## one file for any Linux, build/static/sselog; without RS256, ES256 and rediss://
	$(Q)$(MAKE) --no-print-directory BUILD=$(BUILD)/static SHARED=$(BUILD) STATIC=1 all

# The linker warns of these functions, because they load libraries of the name services at run time. redis/address.c
# and doctor/local.c limit the look-ups to services that are part of the C library. So here they are without the warning.
$(BUILD)/name-services.a: Makefile
	$(call say,AR,$@)
	$(Q)rm -rf $(@:.a=) $@ && mkdir -p $(@:.a=)
	$(Q)cd $(@:.a=) && $(AR) x "$$($(CC) -print-file-name=libc.a)" getaddrinfo.o gethstbynm.o \
		getpwnam.o getpwuid.o getgrgid.o initgroups.o
	$(Q)for part in $(@:.a=)/*.o; do $(OBJCOPY) -w -R '.gnu.warning.*' $$part || exit; done
	$(Q)$(AR) rcs $@ $(@:.a=)/*.o

# The page and its scripts lie beside the program, so that they need no path of their own.
hosting: static ## a folder to upload to a shared host, build/hosting; its README.md has the steps
	$(Q)rm -rf $(BUILD)/hosting
	$(Q)$(INSTALL) -D -m 755 $(BUILD)/static/sselog $(BUILD)/hosting/sselog.cgi
	$(Q)$(INSTALL) -m 644 examples/hosting/htaccess $(BUILD)/hosting/.htaccess
	$(Q)$(INSTALL) -m 644 examples/hosting/README.md web/*.html web/*.css web/*.js $(BUILD)/hosting

bundle: ## the files of web/ that are made of others there, as sselog-classic.js; needs Node.js and npm
	$(Q)[ -d tests/browser/node_modules/esbuild ] || npm ci --prefix tests/browser --no-audit --no-fund
	$(Q)node tests/browser/bundle.js

npm: ## the client library as a package for npm, build/npm/sselog-VERSION.tgz
	$(Q)rm -rf $(BUILD)/npm && mkdir -p $(BUILD)/npm/package
	$(Q)cp LICENSE web/package.json web/README.md web/*.js web/*.ts $(BUILD)/npm/package
	$(Q)cd $(BUILD)/npm/package && npm pack --silent --pack-destination ..
	$(Q)rm -r $(BUILD)/npm/package

$(BUILD)/libsselog.a: $(OBJECTS)
	$(call say,AR,$@)
	$(Q)rm -f $@
	$(Q)$(AR) rcs $@ $^

$(BUILD)/%.o: %.c Makefile
	$(need_tools)$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/unit $(BUILD)/sim $(BUILD)/fuzz $(BUILD)/bench:
	$(Q)mkdir -p $@

# A unit test includes the .c file that it tests; the archive provides the rest.
$(BUILD)/unit/%: tests/unit/%.c $(BUILD)/libsselog.a | $(BUILD)/unit
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CPPFLAGS) -DTEST_CASES='"$(abspath tests/cases)"' $(ALL_CFLAGS) -MMD -MP $(ALL_LDFLAGS) -o $@ \
	    $< $(BUILD)/libsselog.a $(LIBS) -lcmocka $(UNIT_LDFLAGS_$*)

# In these, allocations fail when the test says so.
UNIT_LDFLAGS_test_relay := $(patsubst %,-Wl$(comma)--wrap=%,malloc calloc realloc strdup)
UNIT_LDFLAGS_test_incoming := $(UNIT_LDFLAGS_test_relay)
UNIT_LDFLAGS_test_viewer_logs := $(UNIT_LDFLAGS_test_relay)

units: $(UNITS)  ## the unit tests' programs

# libFuzzer needs clang, and objects that were compiled for it.
FUZZ := -std=c11 -pthread -g -O1 -fno-sanitize-recover=all

$(BUILD)/fuzz/%.o: %.c Makefile
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)clang $(ALL_CPPFLAGS) $(FUZZ) -fsanitize=fuzzer-no-link,address,undefined -MMD -MP -c -o $@ $<

$(BUILD)/fuzz/libsselog.a: $(SOURCES:%.c=$(BUILD)/fuzz/%.o)
	$(call say,AR,$@)
	$(Q)rm -f $@
	$(Q)$(AR) rcs $@ $^

$(BUILD)/fuzz/fuzz_%: tests/fuzz/fuzz_%.c $(BUILD)/fuzz/libsselog.a
	$(call say,LD,$@)
	$(Q)clang $(ALL_CPPFLAGS) $(FUZZ) -fsanitize=fuzzer,address,undefined -MMD -MP -o $@ $< \
	    $(BUILD)/fuzz/libsselog.a $(LIBS)

fuzzers: $(FUZZERS)  ## the fuzz targets, with clang

help: ## this list
	@echo 'make TARGET'
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16 | sed 's/^/  /'
	@echo 'with'
	@printf '  %-13s %s\n' DEBUG=1 'for a debugger: -O0 -g3, in build/debug' \
	    WERROR=1 'a warning ends the build' V=1 'show the commands' \
	    SAN=address 'with a sanitizer; give another BUILD too' BUILD=DIR 'another directory than build'
	@echo '.ci/run [STAGE...]'
	@.ci/run --list | sed 's/^\([a-z]*\) */\1\t/' | expand -t 16 | sed 's/^/  /'

# tests/deps runs before the second make, because the probes above need the installed packages.
deps: ## install what the build needs; FOR=demo, check, ci, bench or readme installs more
	@tests/deps $(or $(FOR),build)

demo: ## a private Redis and lighttpd, and a live log on a page; Ctrl-C ends all
	@tests/deps demo
	@$(MAKE) --no-print-directory $(PARALLEL) all
	@SSELOG=$(abspath $(BUILD)/sselog) tests/demo

check: ## every test against real servers; ends in "N passed, N failed"
	@tests/deps check
	@$(MAKE) --no-print-directory $(PARALLEL) all units sims hosting
	@BUILD=$(abspath $(BUILD)) tests/run unit sim cgi extra stack -m 'not tools and not long'

check-long: ## the tests that take long, and so are no part of `make check`
	@tests/deps check
	@$(MAKE) --no-print-directory $(PARALLEL) all hosting
	@BUILD=$(abspath $(BUILD)) tests/run long stack -m 'long and not tools'

check-tools: ## the tests of the tests, benches and checks themselves
	@tests/deps check
	@$(MAKE) --no-print-directory $(PARALLEL) all
	@BUILD=$(abspath $(BUILD)) tests/run stack -m tools

check-fast: ## unit tests, simulation and CGI scripts, in half a minute
	@tests/deps fast
	@$(MAKE) --no-print-directory $(PARALLEL) all units sims
	@BUILD=$(abspath $(BUILD)) tests/run unit sim cgi

asan: ## the programs of check-asan, in build/asan
	@$(MAKE) --no-print-directory $(PARALLEL) BUILD=build/asan CC=clang CFLAGS='-O1 -g' SAN=address,undefined all units sims

# The same code of the program as in other files, in front of it another proxy, application, account or service manager.
NO_MEMORY := test_examples or test_hosting_folder or test_proxies or test_servers or test_units

check-asan: ## unit tests, CGI scripts and the real stack under ASan and UBSan
	@tests/deps ci
	@$(MAKE) --no-print-directory asan
	@BUILD=$(abspath build/asan) tests/run unit sim cgi stack -m 'not memory and not documents and not long and not tools' \
	    -k 'not ($(NO_MEMORY))'

check-tsan: ## the threaded part of the real stack under TSan
	@tests/deps ci
	@$(MAKE) --no-print-directory $(PARALLEL) BUILD=build/tsan CC=clang SAN=thread all
	@BUILD=$(abspath build/tsan) tests/run stack -m threads

check-readme: ## type the README's commands in a new, minimal Debian; needs root and the network, takes minutes
	@tests/deps readme
	@tests/newcomer

# These files test web servers, requests and the process. They ask Redis nothing that others do not ask.
NO_RIGHTS := test_access_webserver or test_bad_input or test_compress or test_cors or test_diagnostics or test_faults or \
             test_hardening or test_hosting_folder or test_hostile or test_memory or test_proxies or test_reading_ends or \
             test_reload or test_secrets or test_servers or test_shutdown or test_sighup or test_static or test_tls or test_units

check-acl: ## the real stack with the rights in Redis of examples/redis-acl.conf only
	@tests/deps check
	@$(MAKE) --no-print-directory $(PARALLEL) all
	@SSELOG_TEST_ACL=1 BUILD=$(abspath $(BUILD)) tests/run stack -m 'not memory and not documents and not long and not tools' \
	    -k 'not ($(NO_RIGHTS))'

check-systemd: ## the units under a real systemd, in a Debian of its own: recovery, reload, watchdog, upgrades under load
	@tests/deps check
	@$(MAKE) --no-print-directory $(PARALLEL) all
	@BUILD=$(abspath $(BUILD)) tests/run stack tests/systemd/check_systemd.py

# Valgrind also sees errors inside the libraries, which the sanitizers do not. Unit tests and these files use each of them:
# libfcgi, hiredis, json-c, nettle and libjwt, PCRE2 and libutf8proc.
MEMCHECKED := access history redis_outage
check-memcheck: ## unit tests and a part of the real stack under valgrind
	@tests/deps ci
	@$(MAKE) --no-print-directory $(PARALLEL) all units
	@BUILD=$(abspath $(BUILD)) MEMCHECK=1 JOBS=$(or $(JOBS),4) tests/run unit stack -m 'not memory and not load and not long' \
	    $(MEMCHECKED:%=tests/test_%.py)

CHAOS ?= 30
chaos: all  ## random faults under load for CHAOS=30 seconds; SEED=N repeats a run
	SSELOG=$(abspath $(BUILD)/sselog) PYTHONDONTWRITEBYTECODE=1 tests/chaos/chaos \
	    --seconds $(CHAOS) $(if $(SEED),--seed $(SEED))

hosting-load: all ## 1,000 viewers on a hoster's account of twenty processes, by eight set-ups, in 20 minutes
	SSELOG=$(abspath $(BUILD)/sselog) PYTHONDONTWRITEBYTECODE=1 tests/hosting/load

HOSTILE ?= 6000
hostile: all ## HOSTILE=6000 hostile requests by six ways in; SEED=N takes another sample
	@HOSTILE=$(HOSTILE) SEED=$(SEED) BUILD=$(abspath $(BUILD)) tests/run stack tests/test_hostile.py

# The null responder shows the cost of any responder. BENCH=short is the size for CI. See bench/run.
$(BUILD)/bench/%: bench/%.c Makefile | $(BUILD)/bench
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP $(ALL_LDFLAGS) -o $@ $< $(LIBS)

BENCH_TOOLS := $(patsubst %,$(BUILD)/bench/%,load producer publish null trips)
# It measures functions of the program.
$(BUILD)/bench/filter: $(BUILD)/libsselog.a
$(BUILD)/bench/filter: LIBS := $(BUILD)/libsselog.a $(LIBS)
# It is compared with the program of `make static`.
$(BUILD)/bench/trips: ALL_LDFLAGS += -static-pie
$(BUILD)/bench/trips: LIBS =

bench: all static $(BENCH_TOOLS) ## latency, throughput and memory; BENCH=short takes less time
	BENCH=$(BENCH) bench/run --build $(BUILD)

bench-compare: ## sselog beside nchan, pushpin and Python views, in figures and plots; BENCH=short takes a minute or two
	@tests/deps bench
	@$(MAKE) --no-print-directory $(PARALLEL) all $(BENCH_TOOLS)
	BENCH=$(BENCH) bench/compare --build $(BUILD) --json $(BUILD)/compare.json --out $(BUILD)/compare

bench-instructions: all ## count instructions by callgrind; fails when one kind grew by more than a tenth
	bench/instructions --build $(BUILD)

# The page and its scripts use relative addresses, so a web server may serve the directory at any path.
# Examples, manual and documents name the default directories; what is installed names those of the installation.
EXAMPLES  = lighttpd-example.conf apache-example.conf \
            $(sort $(shell find examples packaging -type f ! -path '*/__pycache__/*'))
MANUAL    = $(wildcard *.[18])
DOCUMENTS = README.md SECURITY.md NEWS $(wildcard docs/*.md)

in_sed = $(subst |,\|,$(subst &,\&,$(subst \,\\,$(1))))
PLACES = sed -e 's|/usr/local/bin/sselog|$(call in_sed,$(BINDIR))/sselog|g' \
             -e 's|/usr/local/share/doc/sselog|$(call in_sed,$(DOCDIR))|g' \
             -e 's|/usr/local/share/sselog|$(call in_sed,$(DATADIR))/sselog|g'

# Calls `act DIRECTORY FILE...` for all files that are text.
by_directory = $(foreach from,$(sort $(dir $(1))),act "$(2)/$(from:examples/%=%)" \
    $(foreach file,$(1),$(if $(filter $(from),$(dir $(file))),$(file)));)
define TEXTS
act "$(MANDIR)/man1" $(filter %.1,$(MANUAL)); \
act "$(MANDIR)/man8" $(filter %.8,$(MANUAL)); \
act "$(DATADIR)/sselog" web/*; \
$(call by_directory,$(EXAMPLES),$(DOCDIR)/examples) \
act "$(DOCDIR)/examples" '$(BUILD)/sselog.conf'; \
$(call by_directory,$(DOCUMENTS),$(DOCDIR))
endef

$(BUILD)/sselog.conf: config/sselog.conf.awk sselog.8
	$(Q)mkdir -p $(@D)
	$(Q)awk -f config/sselog.conf.awk sselog.8 >$@.new && mv $@.new $@

install: $(BUILD)/sselog $(BUILD)/sselog.conf ## program, manual, page, examples and documents into PREFIX, under DESTDIR
	$(INSTALL) -D -m 755 $(BUILD)/sselog '$(DESTDIR)$(BINDIR)/sselog'
	$(Q)set -e; act() { \
	    to="$(DESTDIR)$$1"; shift; \
	    $(INSTALL) -D -m 644 -t "$$to" "$$@"; \
	    for file; do \
	        set -- "$$@" "$$to/$${file##*/}"; shift; \
	        [ ! -x "$$file" ] || chmod 755 "$$to/$${file##*/}"; \
	        case "$$file" in *.md) sed -E -f docs/installed.sed -i "$$to/$${file##*/}";; esac; \
	    done; \
	    $(PLACES) -i "$$@"; }; $(TEXTS)

# A directory that holds anything else stays.
uninstall: ## remove what install put there
	rm -f '$(DESTDIR)$(BINDIR)/sselog'
	$(Q)act() { to="$(DESTDIR)$$1"; shift; for file; do rm -f "$$to/$${file##*/}"; done; }; $(TEXTS)
	$(Q)for directory in '$(DESTDIR)$(DATADIR)/sselog' '$(DESTDIR)$(DOCDIR)'; do \
	    [ ! -d "$$directory" ] || find "$$directory" -depth -type d -empty -delete; done

# The archive is made from the last commit: the same commit gives the same bytes.
DIST = sselog-$(VERSION)

dist: ## the sources of the last commit as build/sselog-VERSION.tar.xz and .tar.gz
	$(Q)mkdir -p build
	git archive --format=tar --prefix=$(DIST)/ -o build/$(DIST).tar HEAD
	$(Q)gzip -9 -n -c build/$(DIST).tar >build/$(DIST).tar.gz
	$(Q)xz -9 -T1 -c build/$(DIST).tar >build/$(DIST).tar.xz
	$(Q)rm build/$(DIST).tar

distcheck: dist ## dist, unpacked: builds, passes simulation and CGI scripts, is installed, leaves nothing when uninstalled
	rm -rf build/distcheck && mkdir build/distcheck
	tar -C build/distcheck -xf build/$(DIST).tar.xz
	$(MAKE) -C build/distcheck/$(DIST) --no-print-directory $(PARALLEL) BUILD=build WERROR=1 all sims
	@tests/deps fast
	BUILD=$(abspath build/distcheck/$(DIST)/build) build/distcheck/$(DIST)/tests/run sim cgi
	$(MAKE) -C build/distcheck/$(DIST) --no-print-directory BUILD=build DESTDIR='$(abspath build/distcheck/root)' install
	$(MAKE) -C build/distcheck/$(DIST) --no-print-directory BUILD=build DESTDIR='$(abspath build/distcheck/root)' uninstall
	left=$$(find build/distcheck/root ! -type d) && [ -z "$$left" ] || { echo "uninstall left $$left"; exit 1; }
	rm -rf build/distcheck

clean: ## remove build/
	rm -rf build

# ---- source ----

C_FILES       = $(shell git ls-files -co --exclude-standard '*.c' '*.h')
PROGRAM_FILES = $(shell git ls-files -co --exclude-standard '*.c' ':!tests' ':!bench')
SHELL_FILES   = $(shell git grep -lE '^\#!/bin/sh' -- ':!*.py') tests/cgi/lib.sh

tables: ## the tables of levels and lines for server and page, from format/*.txt
	$(Q)format/make-levels
	$(Q)format/make-lines

format: ## lay out all C files by .clang-format
	@clang-format -i $(C_FILES)

# Each check is a target of its own, so `make -k lint` shows all faults.
lint: lint-format lint-tables lint-cppcheck lint-tidy lint-shell lint-words lint-web ## layout, static checks, words: as CI does
lint-format:
	$(call say,LINT,clang-format)
	$(Q)clang-format --dry-run -Werror $(C_FILES)
lint-tables:
	$(call say,LINT,tables)
	$(Q)format/make-levels --check
	$(Q)format/make-lines --check
lint-cppcheck:
	$(call say,LINT,cppcheck)
	$(Q)cppcheck --quiet --std=c11 --enable=warning,portability --inline-suppr --error-exitcode=1 \
	    --suppress=missingIncludeSystem -I. -D_GNU_SOURCE -DSSELOG_VERSION='"$(VERSION)"' $(PROGRAM_FILES)
# .clang-tidy names the checks. Standard error counts warnings in the libraries' headers.
lint-tidy:
	$(call say,LINT,clang-tidy)
	$(Q)mkdir -p $(BUILD)
	$(Q)clang-tidy --quiet $(PROGRAM_FILES) -- -std=c11 $(ALL_CPPFLAGS) 2>$(BUILD)/tidy.err || \
	    { grep -v 'generated\.$$' $(BUILD)/tidy.err; exit 1; }
lint-shell:
	$(call say,LINT,shellcheck)
	$(Q)shellcheck -S warning $(SHELL_FILES)
lint-words:
	$(call say,LINT,words)
	$(Q)/usr/bin/python3 tests/test_words.py
	$(Q)/usr/bin/python3 tests/test_style.py
# Without npm's packages it is left out, except in CI.
lint-web:
	$(call say,LINT,web)
	$(Q)mkdir -p $(BUILD)
	$(Q)tests/browser/run lint/package.test.js lint/static.test.js >$(BUILD)/web.out || { cat $(BUILD)/web.out; exit 1; }
	$(Q)! grep '# SKIP' $(BUILD)/web.out || [ -z "$$CI" ]

hooks: ## turn on .githooks/pre-commit, which checks what is staged before each commit
	git config core.hooksPath .githooks

-include $(wildcard $(BUILD)/*.d $(BUILD)/*/*.d $(BUILD)/fuzz/*/*.d)

.PHONY: all help static hosting bundle npm units sims mutants fuzzers deps demo check check-tools check-fast check-readme asan check-asan \
        check-acl check-tsan check-systemd check-memcheck check-long \
        chaos hosting-load hostile bench bench-compare bench-instructions install uninstall dist distcheck clean format tables \
        lint lint-format lint-tables lint-cppcheck lint-tidy lint-shell lint-words lint-web hooks

# ---- the simulation ----

# The relay runs over a model of Redis. The linker sends its system calls and allocations to the
# simulation; see tests/sim/sim.h.
SIM_SEAMS := epoll_create1 epoll_ctl epoll_wait pipe2 fcntl fcntl64 read write recv send writev close \
             clock_gettime time malloc_trim malloc calloc realloc strdup
SIM_WRAP  := $(SIM_SEAMS:%=-Wl$(comma)--wrap=%)

SIM_OBJECTS := $(patsubst tests/sim/%.c,$(BUILD)/sim/%.o,$(wildcard tests/sim/*.c))

$(BUILD)/sim/%.o: tests/sim/%.c Makefile | $(BUILD)/sim
	$(call say,CC,$@)
	$(Q)$(CC) $(ALL_CPPFLAGS) -DSIM_CASES='"$(abspath tests/sim/cases)"' $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/sim/relay: $(SIM_OBJECTS) $(BUILD)/libsselog.a
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) $(SIM_WRAP) -o $@ $^ $(LIBS)

sims: $(BUILD)/sim/relay ## the simulation's program

mutants: ## break the relay in many ways: unit tests or the simulation must find each
	@tests/deps check
	@tests/sim/mutants
