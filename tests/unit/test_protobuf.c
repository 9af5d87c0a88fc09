/* SPDX-License-Identifier: MIT */
/* protobuf: the fields of a message, and messages that are cut or false. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "format/protobuf.c"

#include "hex.h"

/* Each field as NUMBER=VALUE or NUMBER:TEXT with a '|' behind it, and "!" for what is malformed. */
static void check(const char *hex, const char *wanted)
{
    struct buf bytes, got;
    struct protobuf_field f;
    enum protobuf_result result;
    buf_init(&bytes, 1000);
    buf_init(&got, 1000);
    struct slice message = exact(from_hex(&bytes, hex)), rest = message;
    while ((result = protobuf_next(&rest, &f)) == PROTOBUF_FIELD)
        if (f.kind == PROTOBUF_VARINT)
            buf_addf(&got, "%u=%llu|", f.number, (unsigned long long)f.value);
        else
            buf_addf(&got, "%u:%.*s|", f.number, (int)f.text.len, f.text.p);
    buf_adds(&got, result == PROTOBUF_MALFORMED ? "!" : "");
    print_message("%s\n", hex);
    assert_string_equal(got.p, wanted);
    free((void *)(uintptr_t)message.p);
    buf_free(&bytes);
    buf_free(&got);
}

static void test_fields_of_a_message(void **state)
{
    static const char *const rows[][2] = {
        {"", ""},
        {"08 00", "1=0|"},
        {"08 ac02 10 01", "1=300|2=1|"},
        {"08 ffffffffffffffffff01", "1=18446744073709551615|"},
        {"08 ffffffffffffffffff02", "!"},
        {"08 80808080808080808000", "1=0|"},
        {"08 8080808080808080808000", "!"},
        {"0a 02 'ab' 0a 00", "1:ab|1:|"},
        {"09 '12345678' 0d '1234' 7a 01 'x'", "1:12345678|1:1234|15:x|"},
        {"8201 01 'x'", "16:x|"},
        {"faffffff0f 01 'x'", "536870911:x|"}, /* the greatest number of a field */
        {"8280808010 01 'x'", "!"},
        {"02 01 'x'", "!"}, /* field 0 */
        {"08", "!"},
        {"08 80", "!"},
        {"80", "!"},
        {"0a", "!"},
        {"0a 03 'ab'", "!"},
        {"0a ffffffffffffffffff01 'ab'", "!"},
        {"09 '1234567'", "!"},
        {"0d '123'", "!"},
        {"08 01 0b 0c", "1=1|!"}, /* a group */
        {"0e", "!"},
        {"0f", "!"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check(rows[i][0], rows[i][1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields_of_a_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
