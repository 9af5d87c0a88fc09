# SPDX-License-Identifier: MIT
# sselog: build, test, bench, install.  `make`, `make demo`, `make check`; see README.md.
# CC, CFLAGS, CPPFLAGS, LDFLAGS, PREFIX and DESTDIR from outside are respected.
#   make BUILD=build/asan CC=clang SAN=address,undefined    another build beside the first
#   make WERROR=1                                           warnings end the build (CI)
# `make help` lists the targets that carry a line after `##`.

CC       ?= cc
CFLAGS   ?= -O2 -g
PREFIX   ?= /usr/local
BINDIR   ?= $(PREFIX)/bin
MANDIR   ?= $(PREFIX)/share/man
DATADIR  ?= $(PREFIX)/share
DOCDIR   ?= $(PREFIX)/share/doc/sselog
INSTALL  ?= install
BUILD    ?= build
PKGCONFIG ?= pkg-config

VERSION := 0.1.0

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wvla \
        -Wconversion -Wformat=2
ifdef WERROR
WARN += -Werror
endif

# Hardening and optional parts are probed one by one: a flag the compiler lacks is left out.
comma := ,
probe = $(shell printf 'int main(void){return 0;}' | $(CC) -Werror $(1) -x c - -o /dev/null \
        2>/dev/null && printf '%s' '$(1)')
HARDEN := $(call probe,-fstack-protector-strong) $(call probe,-fstack-clash-protection) \
          $(call probe,-fcf-protection) $(call probe,-fPIE)
# -z relro -z now: all symbols are resolved at the start, and the tables are read-only then.
HARDEN_LD := $(call probe,-pie) $(call probe,-Wl$(comma)-z$(comma)relro) \
             $(call probe,-Wl$(comma)-z$(comma)now)

ifdef SAN
SANFLAGS := -fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=all
else
HARDEN += $(call probe,-D_FORTIFY_SOURCE=2)
endif

have = $(shell $(PKGCONFIG) --exists $(1) 2>/dev/null && echo yes)
# msgpack-c's pkg-config file is named msgpack-c from version 6 on.
PACKAGES := hiredis json-c nettle $(if $(call have,'msgpack'),msgpack,msgpack-c)
FEATURES :=
# These are not linked but loaded where they are configured (identity/jwtcheck.c, redis/tls.c): libcrypto would
# cost every process 440 kB of private memory. The soname is that of the library whose header is
# compiled in; $(1) is the pkg-config name, $(2) the library's. Compilers look for it by -B, not -L.
soname = $(shell LC_ALL=C readelf -d "$$($(CC) $(patsubst -L%,-B%,$(shell $(PKGCONFIG) --libs-only-L $(1))) \
        -print-file-name=$(2).so)" 2>/dev/null | sed -n 's/.*SONAME.*\[\(.*\)\].*/\1/p')
JWT_SONAME := $(if $(call have,'libjwt < 3'),$(call soname,libjwt,libjwt))
ifneq ($(JWT_SONAME),)
FEATURES += -DHAVE_LIBJWT -DLIBJWT_SONAME='"$(JWT_SONAME)"' $(shell $(PKGCONFIG) --cflags libjwt)
endif
# rediss:// needs hiredis 1.x with its TLS part; the certificate's name is checked with OpenSSL itself.
TLS_SONAME := $(if $(call have,hiredis_ssl openssl),$(call soname,hiredis_ssl,libhiredis_ssl))
ifneq ($(TLS_SONAME),)
FEATURES += -DHAVE_HIREDIS_SSL -DHIREDIS_SSL_SONAME='"$(TLS_SONAME)"' \
            $(patsubst -I%,-isystem%,$(shell $(PKGCONFIG) --cflags hiredis_ssl openssl))
endif

# As system headers, wherever they are: warnings are for our own.
PACKAGE_CFLAGS := $(patsubst -I%,-isystem%,$(shell $(PKGCONFIG) --cflags $(PACKAGES)))
PACKAGE_LIBS   := $(shell $(PKGCONFIG) --libs $(PACKAGES))
ALL_CPPFLAGS = -I. -D_GNU_SOURCE -DSSELOG_VERSION='"$(VERSION)"' $(FEATURES) $(CPPFLAGS) $(PACKAGE_CFLAGS)
ALL_CFLAGS   = -std=c11 -pthread $(WARN) $(HARDEN) $(SANFLAGS) $(CFLAGS)
ALL_LDFLAGS  = -pthread $(SANFLAGS) $(HARDEN_LD) $(LDFLAGS)
LIBS         = -lfcgi $(PACKAGE_LIBS) -ldl

# Builds that another target begins use all processors.
PARALLEL := -j$(shell nproc)

# `make V=1` shows the commands.
ifndef V
Q   := @
say  = @printf '  %-4s %s\n' $(1) $(2)
endif

# The program's own code is at the root and in these; see ARCHITECTURE.md.
ROOMS   := base config gateway front identity redis format relay
SOURCES := $(filter-out sselog.c,$(wildcard *.c $(ROOMS:%=%/*.c)))
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o)
UNITS   := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/test_*.c))
FUZZERS := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))

all: $(BUILD)/sselog  ## the program, build/sselog

$(BUILD)/sselog: $(BUILD)/sselog.o $(BUILD)/libsselog.a
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/libsselog.a: $(OBJECTS)
	$(call say,AR,$@)
	$(Q)rm -f $@
	$(Q)$(AR) rcs $@ $^

$(BUILD)/%.o: %.c Makefile
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/unit $(BUILD)/sim $(BUILD)/fuzz $(BUILD)/bench:
	$(Q)mkdir -p $@

# A unit test includes the .c it is about; the rest comes from the archive.
$(BUILD)/unit/%: tests/unit/%.c $(BUILD)/libsselog.a | $(BUILD)/unit
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP $(ALL_LDFLAGS) -o $@ $< $(BUILD)/libsselog.a \
	    $(LIBS) -lcmocka $(UNIT_LDFLAGS_$*)

units: $(UNITS)  ## the unit tests' programs

# libFuzzer targets: clang with its runtime, and objects of their own for it.
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
	@echo '.ci/run [STAGE...]'
	@.ci/run --list | sed 's/^\([a-z]*\) */\1\t/' | expand -t 16 | sed 's/^/  /'

# The packages are looked at in a make of their own: what the lines above probe may come with them.
deps: ## install what the build needs; FOR=demo, check or ci for more
	@tests/deps $(or $(FOR),build)

demo: ## a private Redis and lighttpd, and a live log on a page; Ctrl-C ends it all
	@tests/deps demo
	@$(MAKE) --no-print-directory $(PARALLEL) all
	@SSELOG=$(abspath $(BUILD)/sselog) tests/demo

check: ## every test against real servers; ends in "N passed, N failed"
	@tests/deps check
	@$(MAKE) --no-print-directory $(PARALLEL) all units sims
	@BUILD=$(abspath $(BUILD)) tests/run

check-fast: ## unit tests, simulation and CGI scripts, in half a minute
	@tests/deps check
	@$(MAKE) --no-print-directory $(PARALLEL) all units sims
	@BUILD=$(abspath $(BUILD)) tests/run unit sim cgi

check-asan: ## unit tests, CGI scripts and the real stack under ASan and UBSan
	@tests/deps ci
	@$(MAKE) --no-print-directory $(PARALLEL) BUILD=build/asan CC=clang SAN=address,undefined all units sims
	@BUILD=$(abspath build/asan) tests/run unit sim cgi stack -m 'not memory'

check-tsan: ## the threaded part of the real stack under TSan
	@tests/deps ci
	@$(MAKE) --no-print-directory $(PARALLEL) BUILD=build/tsan CC=clang SAN=thread all
	@BUILD=$(abspath build/tsan) tests/run stack -m threads

MEMCHECKED := access tokens cors resume gaps redis_outage tod astrbot swf
# Under valgrind, for what happens inside the libraries, which the sanitizers do not see.
check-memcheck: ## unit tests and a part of the real stack under valgrind
	@tests/deps ci
	@$(MAKE) --no-print-directory $(PARALLEL) all units
	@BUILD=$(abspath $(BUILD)) MEMCHECK=1 JOBS=$(or $(JOBS),4) tests/run unit stack -m 'not memory and not load' \
	    $(MEMCHECKED:%=tests/test_%.py)

# Disasters at random under producers and viewers for CHAOS seconds; SEED=N for the same again.
CHAOS ?= 30
chaos: all  ## disasters at random for CHAOS seconds; SEED=N for the same again
	SSELOG=$(abspath $(BUILD)/sselog) PYTHONDONTWRITEBYTECODE=1 tests/chaos/chaos \
	    --seconds $(CHAOS) $(if $(SEED),--seed $(SEED))

# sselog beside the null responder; BENCH=short is the size for CI. See bench/run.
$(BUILD)/bench/%: bench/%.c Makefile | $(BUILD)/bench
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP $(ALL_LDFLAGS) -o $@ $< $(LIBS)

bench: all $(BUILD)/bench/load $(BUILD)/bench/producer $(BUILD)/bench/null ## latency and throughput; BENCH=short
	BENCH=$(BENCH) bench/run --build $(BUILD)

# The page and its scripts find each other by relative addresses: any web server may show the directory
# under any path. The examples name the default PREFIX.
EXAMPLES = lighttpd-example.conf apache-example.conf \
           $(sort $(shell find examples packaging -type f ! -path '*/__pycache__/*'))

install: $(BUILD)/sselog  ## into PREFIX, under DESTDIR
	$(INSTALL) -D -m 755 $(BUILD)/sselog '$(DESTDIR)$(BINDIR)/sselog'
	$(INSTALL) -D -m 644 sselog.1 '$(DESTDIR)$(MANDIR)/man1/sselog.1'
	$(INSTALL) -d '$(DESTDIR)$(DATADIR)/sselog'
	$(INSTALL) -m 644 web/* '$(DESTDIR)$(DATADIR)/sselog'
	for file in $(EXAMPLES); do \
	    mode=644; [ ! -x $$file ] || mode=755; \
	    $(INSTALL) -D -m $$mode $$file "$(DESTDIR)$(DOCDIR)/examples/$${file#examples/}" || exit; done

uninstall: ## what install brought
	rm -f '$(DESTDIR)$(BINDIR)/sselog' '$(DESTDIR)$(MANDIR)/man1/sselog.1'
	rm -rf '$(DESTDIR)$(DATADIR)/sselog' '$(DESTDIR)$(DOCDIR)'

clean: ## remove build/
	rm -rf build

-include $(wildcard $(BUILD)/*.d $(BUILD)/*/*.d $(BUILD)/fuzz/*/*.d)

.PHONY: all help units sims mutants fuzzers deps demo check check-fast check-asan check-tsan check-memcheck chaos bench install uninstall clean

# ---- the simulation ----

# The relay over a model of Redis; system calls and memory are the simulation's. See tests/sim/sim.h.
SIM_SEAMS := epoll_create1 epoll_ctl epoll_wait pipe2 fcntl fcntl64 read write recv writev close \
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

mutants: ## breaks the relay in many ways: unit tests or the simulation must find each
	@tests/deps check
	@tests/sim/mutants
