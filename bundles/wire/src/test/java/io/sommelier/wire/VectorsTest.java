package io.sommelier.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.CloseReason;
import io.sommelier.api.Command;
import io.sommelier.api.Credential;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Hello;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.Welcome;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The files in {@code vectors} are read as they say, however they are cut, and written as they are read. */
class VectorsTest {
    private static final Command COMMAND = Command.to("tgt", "op").build();

    @ParameterizedTest
    @MethodSource("io.sommelier.wire.Vector#all")
    void a_vector_is_read_as_it_says(Vector vector) {
        End end = endIn(vector.state());

        end.receive(vector.bytes());

        assertThat(told(end)).isEqualTo(vector.gives());
        assertNothingLeaks(end);
    }

    @ParameterizedTest
    @MethodSource("io.sommelier.wire.Vector#all")
    void a_vector_that_comes_in_two_pieces_is_read_as_it_says(Vector vector) {
        byte[] bytes = vector.bytes();
        for (int cut = 1; cut < bytes.length; cut++) {
            End end = endIn(vector.state());

            end.receive(Arrays.copyOf(bytes, cut));
            end.receive(Arrays.copyOfRange(bytes, cut, bytes.length));

            assertThat(told(end)).as("cut at %d", cut).isEqualTo(vector.gives());
            assertNothingLeaks(end);
        }
    }

    @ParameterizedTest
    @MethodSource("io.sommelier.wire.Vector#all")
    void a_vector_that_comes_byte_by_byte_is_read_as_it_says(Vector vector) {
        End end = endIn(vector.state());

        for (byte b : vector.bytes()) {
            end.receive(new byte[] {b});
        }

        assertThat(told(end)).isEqualTo(vector.gives());
        assertNothingLeaks(end);
    }

    @ParameterizedTest
    @MethodSource("io.sommelier.wire.Vector#all")
    void a_frame_that_ends_at_any_byte_is_read_or_ends_the_link_and_never_throws(Vector vector) {
        int length = ByteBuffer.wrap(vector.bytes()).getInt();
        for (int cut = 0; cut < length; cut++) {
            End end = endIn(vector.state());
            byte[] bytes = Arrays.copyOf(vector.bytes(), 4 + cut);
            ByteBuffer.wrap(bytes).putInt(cut);

            end.receive(bytes);

            told(end);
            if (end.handler.goodbye == null) {
                assertThat(vector.name())
                        .isIn("command-full", "command-split", "data", "data-split", "complete", "ignorable");
            } else if (!vector.name().matches("goodbye|refused")) {
                assertThat(end.handler.goodbye.reason()).isEqualTo(CloseReason.PROTOCOL_ERROR);
            }
            assertNothingLeaks(end);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "command-minimal",
                "ping",
                "pong",
                "operations",
                "drain",
                "admitted",
                "failed-no-payload",
                "credit",
                "cancel"
            })
    void a_frame_without_payload_that_ends_too_early_ends_the_link(String name) {
        Vector vector = Vector.named(name.equals("failed-no-payload") ? "failed" : name);
        int length = ByteBuffer.wrap(vector.bytes()).getInt();
        for (int cut = 0; cut < length; cut++) {
            End end = endIn(vector.state());
            byte[] bytes = Arrays.copyOf(vector.bytes(), 4 + cut);
            ByteBuffer.wrap(bytes).putInt(cut);

            end.receive(bytes);

            assertThat(end.handler.goodbye).as("cut at %d", cut).isNotNull();
            assertThat(end.handler.goodbye.reason()).isEqualTo(CloseReason.PROTOCOL_ERROR);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"command-minimal", "command-full"})
    void a_command_that_was_read_is_written_with_the_same_bytes(String name) {
        Vector vector = Vector.named(name);
        End reader = endIn(vector.state());
        reader.receive(vector.bytes());
        Command command = reader.handler.lastCommand();
        boolean up = name.equals("command-minimal");
        End writer = up ? End.activeConnector() : End.activeController();

        writer.link.send(
                command, command.ttlNanos(), up ? 0 : 65536, up ? "" : "shop-1", up ? "" : "Zoë", up ? 1 : 2, null);

        assertThat(Hex.text(writer.takeWritten())).isEqualTo(Hex.text(vector.bytes()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"accepted", "data", "complete", "failed"})
    void a_part_that_was_read_is_written_with_the_same_bytes(String name) {
        Vector vector = Vector.named(name);
        End reader = endIn(vector.state());
        reader.receive(vector.bytes());
        Part part = reader.handler.lastPart();
        End writer = End.activeConnector();
        writer.receive(Hex.frame("10 00 00000002" + Hex.COMMAND_BODY));
        writer.receiveFrame("17 00 00000002 00000fff");

        writer.link.part(writer.handler.lastIn(), part);

        assertThat(Hex.text(writer.takeWritten())).isEqualTo(Hex.text(vector.bytes()));
    }

    @Test
    void a_hello_with_nothing_optional_is_written_with_the_bytes_of_its_vector() {
        assertThat(Hex.text(End.helloBytes()))
                .isEqualTo(Hex.text(Vector.named("hello-minimal").bytes()));
    }

    @Test
    void a_full_hello_is_written_with_the_bytes_of_its_vector() {
        Hello hello = Hello.of("billing-7")
                .serves("billing", Set.of("invoice.get", "invoice.create"))
                .capacity(64)
                .resumeToken("r-42")
                .credential(new Credential("token", Payload.ofText("s3cret")))
                .attributes(Map.of("location", "Berlin"))
                .build();
        End connector = End.connector(LinkSettings.defaults(), hello, new AtomicLong());

        connector.link.start();

        assertThat(Hex.text(connector.takeHandedOver()))
                .isEqualTo(Hex.text(Vector.named("hello-full").bytes()));
    }

    @Test
    void a_welcome_is_written_with_the_bytes_of_its_vector() {
        End controller = End.controller();
        controller.link.start();
        controller.receive(End.helloBytes());

        controller.link.welcome(new Welcome("ctl-1", "billing", "r-43"));

        assertThat(Hex.text(controller.takeWritten()))
                .isEqualTo(Hex.text(Vector.named("welcome").bytes()));
    }

    @Test
    void a_refusal_is_written_with_the_bytes_of_its_vector() {
        End controller = End.controller();
        controller.link.start();
        controller.receive(End.helloBytes());

        controller.link.refuse(new Goodbye(CloseReason.UNAUTHENTICATED, false, "unknown token"));

        assertThat(Hex.text(controller.takeHandedOver()))
                .isEqualTo(Hex.text(Vector.named("refused").bytes()));
    }

    @Test
    void small_frames_are_written_with_the_bytes_of_their_vectors() {
        End connector = End.activeConnector();
        connector.link.operations(Set.of("c", "a.b"));
        assertThat(connector.takeWritten()).isEqualTo(Vector.named("operations").bytes());
        connector.link.drain();
        assertThat(connector.takeWritten()).isEqualTo(Vector.named("drain").bytes());
        OutStream stream = connector.link.send(COMMAND, 1, 0, "", "", 1, null);
        connector.takeWritten();
        connector.link.credit(stream, 65536);
        assertThat(connector.takeWritten()).isEqualTo(Vector.named("credit").bytes());
        connector.link.cancel(stream, "user left");
        assertThat(connector.takeWritten()).isEqualTo(Vector.named("cancel").bytes());
        connector.receive(Hex.command(2));
        connector.link.admitted(connector.handler.lastIn());
        assertThat(connector.takeWritten()).isEqualTo(Vector.named("admitted").bytes());
        connector.link.close(new Goodbye(CloseReason.SHUTDOWN, true, "bis später"));
        assertThat(connector.takeHandedOver()).isEqualTo(Vector.named("goodbye").bytes());
    }

    private static End endIn(String state) {
        End end;
        switch (state) {
            case "fresh controller" -> {
                end = End.controller();
                end.link.start();
            }
            case "fresh connector" -> {
                end = End.connector(LinkSettings.defaults(), End.HELLO, new AtomicLong());
                end.link.start();
            }
            case "active controller" -> end = End.activeController();
            case "active connector" -> end = End.activeConnector();
            case "controller that probes" -> {
                end = End.activeController();
                Described handler = end.handler;
                end.link.probe(() -> handler.line("pong"));
            }
            case "controller that sent a command on stream 2 with credit 1000" -> {
                end = End.activeController();
                end.link.send(COMMAND, 1000, 1000, "", "", 1, null);
            }
            case "controller that took a command on stream 1" -> {
                end = End.activeController();
                end.receive(Hex.command(1));
            }
            default -> throw new AssertionError(state);
        }
        end.takeWritten();
        end.handler.lines.clear();
        return end;
    }

    /** What the handler was told, and else what was answered. */
    private static List<String> told(End end) {
        byte[] answer = end.takeWritten();
        boolean onlyAnswers = end.handler.lines.isEmpty() && answer.length > 0;
        return onlyAnswers ? List.of("answers " + Hex.text(answer)) : List.copyOf(end.handler.lines);
    }

    private static void assertNothingLeaks(End end) {
        end.link.socketClosed();
        end.allocator.assertAllReleased();
    }
}
