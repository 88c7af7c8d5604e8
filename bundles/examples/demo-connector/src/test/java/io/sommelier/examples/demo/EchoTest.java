package io.sommelier.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Command;
import io.sommelier.api.Headers;
import io.sommelier.api.Invocation;
import io.sommelier.api.Payload;
import org.junit.jupiter.api.Test;

class EchoTest {
    private static String json(Command.Builder command) {
        return Echo.json(new Invocation(command.build(), "guest-1", "ann", 2, System::nanoTime), "cellar-1");
    }

    @Test
    void tellsAllThatTheHandlerGot() {
        String json = json(Command.to("cellar", "pour")
                .contentType("text/plain")
                .headers(Headers.builder().add("a", "1").add("a", "2").build())
                .payload(Payload.ofText("red")));

        assertThat(json).isEqualTo("""
                        {
                          "operation": "pour",
                          "instance": "cellar-1",
                          "source": "guest-1",
                          "attempt": 2,
                          "contentType": "text/plain",
                          "headers": [{"name": "a", "value": "1"}, {"name": "a", "value": "2"}],
                          "size": 3,
                          "text": "red"
                        }
                        """);
    }

    @Test
    void bytesThatAreNoTextAreInBase64() {
        assertThat(json(Command.to("cellar", "pour").payload(Payload.copyOf(new byte[] {(byte) 0xff, 0}))))
                .contains("\"size\": 2,\n  \"base64\": \"/wA=\"");
    }

    @Test
    void whatJsonReservesIsEscaped() {
        assertThat(Echo.quoted("\"\\\n\r\t\b\u0000\u007fé€😀"))
                .isEqualTo("\"\\\"\\\\\\n\\r\\t\\u0008\\u0000\\u007fé€😀\"");
    }

    @Test
    void halfACharacterIsEscaped() {
        assertThat(Echo.quoted("a\ud83d")).isEqualTo("\"a\\ud83d\"");
        assertThat(Echo.quoted("\ude00a")).isEqualTo("\"\\ude00a\"");
    }
}
