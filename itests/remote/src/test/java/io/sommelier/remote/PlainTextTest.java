package io.sommelier.remote;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlainTextTest {
    private static String plain(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PlainText out = new PlainText(bytes)) {
            out.write(text.getBytes(UTF_8));
        }
        return bytes.toString(UTF_8);
    }

    @ParameterizedTest
    @CsvSource({
        "no colour: Grüner Veltliner €,no colour: Grüner Veltliner €",
        "say: \u001b[31mCommand not found: \u001b[0m\u001b[31;1mnosuch\u001b[0m,say: Command not found: nosuch",
        "an escape \u001b alone,an escape \u001b alone",
        "cut \u001b[31,'cut '"
    })
    void textPassesWithoutItsColours(String coloured, String expected) throws IOException {
        assertThat(plain(coloured)).isEqualTo(expected);
    }

    @Test
    void linesStayLines() throws IOException {
        assertThat(plain("one\r\ntwo\n")).isEqualTo("one\r\ntwo\n");
    }
}
