package io.sommelier.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The messages of the JSON form, byte for byte, as the protocol has them. */
@Timeout(20)
class JsonVectorsTest {
    private record Vector(String title, String to, String json, byte[] frames) {
        @Override
        public String toString() {
            return title;
        }
    }

    private static Stream<Vector> all(String to) throws IOException {
        String[] blocks = Files.readString(Path.of("../wire/vectors-json.txt")).split("\n\n");
        return Arrays.stream(blocks).skip(1).map(JsonVectorsTest::read).filter(vector -> vector.to.equals(to));
    }

    private static Vector read(String block) {
        String[] lines = block.strip().split("\n");
        String frames = lines[3].substring("frames ".length());
        try {
            return new Vector(
                    lines[0].substring(2),
                    lines[1].substring("to ".length()),
                    lines[2],
                    frames.startsWith("of ")
                            ? Frames.vector(frames.substring(3))
                            : HexFormat.of().parseHex(frames.replace(" ", "")));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static Stream<Vector> toController() throws IOException {
        return all("controller");
    }

    static Stream<Vector> toConnector() throws IOException {
        return all("connector");
    }

    @ParameterizedTest
    @MethodSource("toController")
    void whatAConnectorSaysBecomesItsFrame(Vector vector) throws Exception {
        assertThat(JsonToFrame.frame(vector.json.getBytes(StandardCharsets.UTF_8)))
                .asHexString()
                .isEqualTo(HexFormat.of().withUpperCase().formatHex(vector.frames));
    }

    @ParameterizedTest
    @MethodSource("toConnector")
    void aFrameOfTheControllerBecomesItsMessage(Vector vector) {
        ByteBuffer frame = ByteBuffer.wrap(vector.frames);
        assertThat(frame.getInt()).isEqualTo(vector.frames.length - 4);

        byte[] text = FrameToJson.text(frame.get(), frame.get() & 0xff, frame.getInt(), frame);

        assertThat(new String(text, StandardCharsets.UTF_8)).isEqualTo(vector.json);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"type\":\"drain\"|1007|this is no JSON",
                "nonsense|1007|this is no JSON",
                "[]|1002|a message is a JSON object",
                "{\"type\":\"drain\"}{}|1002|something behind",
                "{}|1002|type is missing",
                "{\"type\":7}|1002|type is not a string",
                "{\"type\":\"nope\"}|1002|type nope is unknown",
                "{\"type\":\"drain\",\"type\":\"drain\"}|1002|type is there twice",
                "{\"type\":\"drain\",\"x\":1}|1002|x is unknown in drain",
                "{\"type\":\"drain\",\"x\":null}|1002|x is null",
                "{\"type\":\"hello\"}|1002|instance is missing in hello",
                "{\"type\":\"hello\",\"instance\":\"ä\"}|1002|instance is not at most 255 printable characters",
                "{\"type\":\"command\",\"operation\":\"a\",\"target\":\"b\"}|1002|stream is missing in command",
                "{\"type\":\"command\",\"stream\":0}|1002|stream is out of range, allowed are 1 to 4294967295",
                "{\"type\":\"command\",\"stream\":1.5}|1002|stream is out of range",
                "{\"type\":\"command\",\"stream\":1e999999999}|1002|stream is out of range",
                "{\"type\":\"command\",\"stream\":1e-999999999}|1002|stream is out of range",
                "{\"type\":\"command\",\"stream\":1,\"id\":\"x\"}|1002|id is no UUID",
                "{\"type\":\"command\",\"stream\":1,\"ttlMillis\":604800001}|1002|ttlMillis is out of range, allowed are 0.000 to 604800000.000",
                "{\"type\":\"data\",\"stream\":2}|1002|sequence is missing in data",
                "{\"type\":\"complete\",\"stream\":2,\"text\":\"a\",\"json\":1}|1002|of text, json and base64 one may be there",
                "{\"type\":\"complete\",\"stream\":2,\"base64\":\"?\"}|1002|base64 is none",
                "{\"type\":\"complete\",\"stream\":2,\"text\":\"\\ud800\"}|1002|text has half a character",
                "{\"type\":\"complete\",\"stream\":2,\"headers\":{\"a\":1}}|1002|headers has something in it that is no string",
                "{\"type\":\"operations\",\"operations\":\"a\"}|1002|operations is not an array",
            })
    void whatIsNoMessageIsNamed(String json, int code, String reason) {
        assertThatThrownBy(() -> JsonToFrame.frame(json.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOfSatisfying(
                        JsonFaultException.class,
                        fault -> assertThat(fault.code().code()).isEqualTo(code))
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1",
                "-0.5e3",
                "true",
                "null",
                "\"a\\\"b\"",
                "\"\"",
                "[]",
                "[ [1], {\"a\":[2]} ]",
                "{\"json\":{\"json\":1}}"
            })
    void aPayloadInJsonStaysAsItIs(String json) throws Exception {
        byte[] frame = JsonToFrame.frame(
                ("{\"json\":" + json + " ,\"type\":\"complete\",\"stream\":2}").getBytes(StandardCharsets.UTF_8));

        assertThat(new String(frame, 18, frame.length - 18, StandardCharsets.UTF_8))
                .isEqualTo(json);
    }

    @ParameterizedTest
    @CsvSource({"c328", "eda080", "f8", "80"})
    void whatIsNoUtf8IsRefused(String hex) {
        byte[] bytes = HexFormat.of().parseHex("7b2274223a22" + hex + "227d");

        assertThatThrownBy(() -> JsonToFrame.frame(bytes)).hasMessage("this is no UTF-8");
    }
}
