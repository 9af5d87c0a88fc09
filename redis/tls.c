/* SPDX-License-Identifier: MIT */
/*
 * tls: see tls.h.  The process has one Redis address and so one SSL_CTX.  hiredis_ssl attaches the
 * TLS session to hiredis's context.  The host name to verify is set here, because hiredis can do so
 * only since 1.4.  The libraries are not linked: they are loaded if the address is rediss://,
 * because libcrypto would cost every process 500 kB of private memory.
 */
#include "redis/tls.h"

#ifdef HAVE_HIREDIS_SSL

#include <dlfcn.h>
#include <errno.h>
#include <hiredis/hiredis.h>
#include <hiredis/hiredis_ssl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The prototypes come from the headers, the addresses from dlsym. */
#define FUNCTIONS(X)                                                                               \
    X(redisInitiateSSL)                                                                            \
    X(TLS_client_method)                                                                           \
    X(SSL_CTX_new)                                                                                 \
    X(SSL_CTX_ctrl)                                                                                \
    X(SSL_CTX_get0_param)                                                                          \
    X(SSL_CTX_set_options)                                                                         \
    X(SSL_CTX_set_verify)                                                                          \
    X(SSL_CTX_set_default_verify_paths)                                                            \
    X(SSL_CTX_load_verify_locations)                                                               \
    X(SSL_new)                                                                                     \
    X(SSL_free)                                                                                    \
    X(SSL_ctrl)                                                                                    \
    X(SSL_do_handshake)                                                                            \
    X(SSL_read_ex)                                                                                 \
    X(SSL_write_ex)                                                                                \
    X(SSL_pending)                                                                                 \
    X(SSL_get_error)                                                                               \
    X(SSL_get_verify_result)                                                                       \
    X(X509_VERIFY_PARAM_set_hostflags)                                                             \
    X(X509_VERIFY_PARAM_set1_ip_asc)                                                               \
    X(X509_VERIFY_PARAM_set1_host)                                                                 \
    X(X509_verify_cert_error_string)                                                               \
    X(ERR_clear_error)                                                                             \
    X(ERR_peek_last_error)                                                                         \
    X(ERR_reason_error_string)

static struct {
#define MEMBER(name) __typeof__(&name) name;
    FUNCTIONS(MEMBER)
} lib;

static SSL_CTX *trust;
static const char *server; /* the name in the certificate */
static bool server_is_name;

/* dlsym on hiredis_ssl also finds the functions of the OpenSSL that it is linked with. POSIX
 * (dlsym, application usage) explains the memcpy. */
static bool load(void)
{
    void *library = dlopen(HIREDIS_SSL_SONAME, RTLD_NOW | RTLD_LOCAL), *address;
    if (!library)
        return false;
#define FIND(name)                                                                                 \
    if (!(address = dlsym(library, #name)))                                                        \
        return false;                                                                              \
    memcpy(&lib.name, &address, sizeof address);
    FUNCTIONS(FIND)
    return true;
}

/* Makes OpenSSL verify that the certificate names host: a DNS name or an IP address. */
static bool bind_name(const char *host)
{
    X509_VERIFY_PARAM *param = lib.SSL_CTX_get0_param(trust);
    lib.X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    server = host;
    server_is_name = lib.X509_VERIFY_PARAM_set1_ip_asc(param, host) != 1;
    return !server_is_name || (*host && lib.X509_VERIFY_PARAM_set1_host(param, host, 0) == 1);
}

/* OpenSSL ignores a missing or unreadable file. Then every server would be refused, for a reason
 * that does not name the file. */
static bool read_own_file(struct buf *why)
{
    const char *file = secure_getenv("SSL_CERT_FILE");
    if (!file || lib.SSL_CTX_load_verify_locations(trust, file, NULL) == 1)
        return true;
    buf_addf(why, "SSL_CERT_FILE: %s: no certificate could be read", file);
    return false;
}

int redis_tls_start(const char *host, struct buf *why)
{
    if (!load()) {
        buf_addf(why, "TLS to %s: %s", host, dlerror());
        return -1;
    }
    trust = lib.SSL_CTX_new(lib.TLS_client_method());
    if (!trust ||
        lib.SSL_CTX_ctrl(trust, SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_2_VERSION, NULL) != 1 ||
        !bind_name(host) || lib.SSL_CTX_set_default_verify_paths(trust) != 1) {
        buf_addf(why, "TLS to %s: OpenSSL refuses to check certificates for it", host);
        return -1;
    }
    lib.SSL_CTX_set_verify(trust, SSL_VERIFY_PEER, NULL);
    lib.SSL_CTX_set_options(trust, SSL_OP_NO_RENEGOTIATION); /* so a read never waits for a write */
    lib.SSL_CTX_ctrl(trust, SSL_CTRL_MODE,
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER, NULL);
#ifdef SSL_OP_CLEANSE_PLAINTEXT
    lib.SSL_CTX_set_options(trust, SSL_OP_CLEANSE_PLAINTEXT); /* it may be a session */
#endif
#ifdef SSL_OP_IGNORE_UNEXPECTED_EOF
    /* A server that is killed ends so. The framing of RESP shows whether a reply is complete. */
    lib.SSL_CTX_set_options(trust, SSL_OP_IGNORE_UNEXPECTED_EOF);
#endif
    return read_own_file(why) ? 0 : -1;
}

void redis_tls_clear_errors(const struct ssl_st *tls)
{
    if (tls)
        lib.ERR_clear_error();
}

const char *redis_tls_error(const struct ssl_st *tls, const char *otherwise)
{
    static _Thread_local char text[400];
    if (!tls)
        return otherwise;
    long verified = lib.SSL_get_verify_result(tls);
    const char *reason = lib.ERR_reason_error_string(lib.ERR_peek_last_error());
    lib.ERR_clear_error();
    if (verified != X509_V_OK)
        snprintf(text, sizeof text, "TLS: the certificate is not good for %s: %s", server,
                 lib.X509_verify_cert_error_string(verified));
    else if (reason)
        snprintf(text, sizeof text, "TLS: %s", reason);
    else
        return otherwise;
    return text;
}

/* Server Name Indication; RFC 6066, section 3, allows only names, no addresses. */
static bool name_server(SSL *tls)
{
    return lib.SSL_ctrl(tls, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                        (void *)server) == 1;
}

/* Starts the TLS session; NULL with *why. */
static SSL *begin(redisContext *ctx, const char **why)
{
    SSL *tls = lib.SSL_new(trust);
    *why = "out of memory";
    if (!tls || (server_is_name && !name_server(tls)))
        goto failed;
    if (lib.redisInitiateSSL(ctx, tls) == REDIS_OK)
        return tls;
    *why = redis_tls_error(tls, ctx->errstr);
failed:
    lib.SSL_free(tls);
    return NULL;
}

enum tls_result redis_tls_handshake(struct redisContext *ctx, struct ssl_st **tls, const char **why)
{
    lib.ERR_clear_error();
    if (!*tls && !(*tls = begin(ctx, why)))
        return TLS_FAILED;
    errno = 0;
    int done = lib.SSL_do_handshake(*tls);
    if (done == 1)
        return TLS_DONE;
    switch (lib.SSL_get_error(*tls, done)) {
    case SSL_ERROR_WANT_READ:
        return TLS_WANTS_READ;
    case SSL_ERROR_WANT_WRITE:
        return TLS_WANTS_WRITE;
    default:
        break;
    }
    *why = redis_tls_error(*tls, errno ? strerror(errno) : "TLS: connection closed by the server");
    return TLS_FAILED;
}

/* Converts a failed read or write to the results of recv and send. */
static ssize_t not_done(const SSL *tls, int done)
{
    switch (lib.SSL_get_error(tls, done)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        errno = EAGAIN;
        return -1;
    case SSL_ERROR_ZERO_RETURN:
        return 0;
    case SSL_ERROR_SYSCALL:
        return errno ? -1 : 0;
    default:
        errno = EPROTO;
        return -1;
    }
}

ssize_t redis_tls_read(struct ssl_st *tls, void *into, size_t room)
{
    size_t n;
    lib.ERR_clear_error();
    errno = 0;
    int done = lib.SSL_read_ex(tls, into, room, &n);
    return done == 1 ? (ssize_t)n : not_done(tls, done);
}

ssize_t redis_tls_write(struct ssl_st *tls, const void *p, size_t len)
{
    size_t n;
    lib.ERR_clear_error();
    errno = 0;
    int done = lib.SSL_write_ex(tls, p, len, &n);
    if (done == 1)
        return (ssize_t)n;
    if (not_done(tls, done) == 0) /* the server closed the session */
        errno = EPIPE;
    return -1;
}

size_t redis_tls_pending(const struct ssl_st *tls)
{
    return tls ? (size_t)lib.SSL_pending(tls) : 0;
}

#else

int redis_tls_start(const char *host, struct buf *why)
{
    buf_addf(why, "TLS to %s: this sselog was built with a hiredis that has none", host);
    return -1;
}

enum tls_result redis_tls_handshake(struct redisContext *ctx, struct ssl_st **tls, const char **why)
{
    (void)ctx;
    (void)tls;
    *why = "TLS: built without";
    return TLS_FAILED;
}

ssize_t redis_tls_read(struct ssl_st *tls, void *into, size_t room)
{
    (void)tls;
    (void)into;
    (void)room;
    return 0;
}

ssize_t redis_tls_write(struct ssl_st *tls, const void *p, size_t len)
{
    (void)tls;
    (void)p;
    (void)len;
    return 0;
}

size_t redis_tls_pending(const struct ssl_st *tls)
{
    (void)tls;
    return 0;
}

void redis_tls_clear_errors(const struct ssl_st *tls)
{
    (void)tls;
}

const char *redis_tls_error(const struct ssl_st *tls, const char *otherwise)
{
    (void)tls;
    return otherwise;
}

#endif
