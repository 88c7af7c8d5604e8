package io.sommelier.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sommelier.api.CloseReason;
import io.sommelier.api.Command;
import io.sommelier.api.CommandException;
import io.sommelier.api.Credential;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Headers;
import io.sommelier.api.Hello;
import io.sommelier.api.Outcome;
import io.sommelier.api.Payload;
import io.sommelier.api.Welcome;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Hello, its answer, and what may not come before. */
class HandshakeTest {
    private static final Command COMMAND = Command.to("tgt", "op").build();

    @Test
    void a_hello_that_is_welcomed_makes_both_ends_active() {
        Pair pair = Pair.asked(End.HELLO);
        assertThat(pair.connector.link.isReady()).isFalse();
        assertThat(pair.controller.link.isReady()).isFalse();

        pair.controller.link.welcome(End.WELCOME);
        pair.exchange();

        assertThat(pair.controller.link.isReady()).isTrue();
        assertThat(pair.connector.link.isReady()).isTrue();
        assertThat(pair.connector.handler.welcome).isEqualTo(End.WELCOME);
        assertThat(pair.controller.handler.events).containsExactly("hello c-1");
        pair.assertNothingLeaks();
    }

    @Test
    void a_refused_connector_hears_why_and_is_closed() {
        Pair pair = Pair.asked(End.HELLO);

        pair.controller.link.refuse(new Goodbye(CloseReason.DUPLICATE_INSTANCE, true, "c-1 is here already"));
        pair.exchange();

        assertThat(pair.connector.handler.goodbye)
                .isEqualTo(new Goodbye(CloseReason.DUPLICATE_INSTANCE, true, "c-1 is here already"));
        assertThat(pair.connector.socketClosed).isTrue();
        assertThat(pair.controller.socketClosed).isTrue();
        assertThat(pair.controller.handler.lastEvent()).isEqualTo("closed DUPLICATE_INSTANCE come back true");
        pair.assertNothingLeaks();
    }

    @Test
    void a_hello_with_all_its_limits_reached_arrives_whole() {
        Set<String> operations = new TreeSet<>();
        for (int i = 0; i < Hello.MAX_OPERATIONS; i++) {
            operations.add("o".repeat(124) + (1000 + i));
        }
        Map<String, String> attributes = new HashMap<>();
        for (int i = 0; i < Hello.MAX_ATTRIBUTES; i++) {
            attributes.put("a".repeat(126) + (10 + i), "v".repeat(Command.MAX_TEXT));
        }
        Payload secret = Payload.copyOf(new byte[16 * 1024]);
        Hello hello = Hello.of("c-1")
                .serves("tgt", operations)
                .attributes(attributes)
                .resumeToken("r".repeat(255))
                .credential(new Credential("token", secret))
                .build();

        Pair pair = Pair.asked(hello);
        pair.controller.link.welcome(End.WELCOME);
        pair.exchange();

        assertThat(pair.controller.handler.hello.attributes()).isEqualTo(attributes);
        assertThat(pair.controller.handler.hello.credential().secret()).isEqualTo(secret);
        assertThat(operations).containsAll(pair.controller.handler.hello.operations());
        assertThat(pair.controller.handler.operations).isEqualTo(operations);
        pair.assertNothingLeaks();
    }

    @Test
    void a_secret_above_16_kib_is_refused_where_it_is_given() {
        Hello hello = Hello.of("c-1")
                .credential(new Credential("token", Payload.copyOf(new byte[16 * 1024 + 1])))
                .build();

        assertThatThrownBy(() -> End.connector(LinkSettings.defaults(), hello, new AtomicLong()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("16385")
                .hasMessageContaining("16384");
    }

    @Test
    void operations_and_drain_that_are_told_too_early_are_told_with_the_welcome() {
        Pair pair = Pair.asked(Hello.of("c-1").serves("tgt", Set.of("old")).build());
        pair.connector.link.operations(Set.of("new"));
        pair.connector.link.drain();
        pair.controller.link.drain();
        pair.exchange();
        assertThat(pair.controller.handler.events).containsExactly("hello c-1");

        pair.controller.link.welcome(End.WELCOME);
        pair.exchange();

        assertThat(pair.controller.handler.events).containsExactly("hello c-1", "operations [new]", "draining");
        assertThat(pair.connector.handler.events).containsExactly("welcomed by ctl-1", "draining");
    }

    @Test
    void of_each_pair_of_limits_the_smaller_holds_at_both_ends() {
        LinkSettings tight =
                new LinkSettings(16 * 1024, 2048, 100, 1, 1 << 20, Duration.ofSeconds(5), Duration.ofSeconds(10));
        for (Pair pair :
                new Pair[] {Pair.active(tight, LinkSettings.defaults()), Pair.active(LinkSettings.defaults(), tight)}) {
            for (Link link : new Link[] {pair.connector.link, pair.controller.link}) {
                assertNotSent(link, payload(2049), ErrorCode.PAYLOAD_TOO_LARGE);
                assertNotSent(
                        link,
                        Command.to("t", "o")
                                .headers(Headers.of("h", "v".repeat(97)))
                                .build(),
                        ErrorCode.HEADERS_TOO_LARGE);
                link.send(payload(2048), 1, 0, "", "", 1, null);
                assertNotSent(link, COMMAND, ErrorCode.OVERLOADED);
            }
            pair.exchange();
            assertThat(pair.connector.handler.commands).hasSize(1);
            assertThat(pair.controller.handler.commands).hasSize(1);
            pair.assertNothingLeaks();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\n", "\u0016\u0003\u0001\u0002", "SSH-2.0-x\r\n", "\0\0\0\1"})
    void garbage_in_place_of_a_hello_ends_the_link_before_memory_is_taken_for_it(String garbage) {
        End end = End.controller();
        end.link.start();

        end.receive(garbage.getBytes(StandardCharsets.ISO_8859_1));

        assertThat(end.handler.events).containsExactly("closed PROTOCOL_ERROR come back false");
        assertThat(end.socketClosed).isTrue();
        assertThat(end.allocator.bytesGiven()).isLessThanOrEqualTo(1024);
        end.allocator.assertAllReleased();
    }

    @Test
    void the_first_wrong_byte_of_a_hello_ends_the_link() {
        byte[] hello = End.helloBytes();
        for (int wrong = 4; wrong < 14; wrong++) {
            End end = End.controller();
            end.link.start();
            byte[] broken = hello.clone();
            broken[wrong] ^= 0x40;

            end.receive(Arrays.copyOf(broken, wrong));
            assertThat(end.handler.events).isEmpty();
            end.receive(new byte[] {broken[wrong]});

            assertThat(end.handler.events).containsExactly("closed PROTOCOL_ERROR come back false");
            end.allocator.assertAllReleased();
        }
    }

    @Test
    void a_hello_above_64_kib_ends_the_link_at_its_length() {
        End end = End.controller();
        end.link.start();

        end.receive(Hex.bytes("00 00 ff fd"));

        assertThat(end.handler.goodbye.message()).contains("65533").contains("65532");
        assertThat(end.handler.goodbye.reason()).isEqualTo(CloseReason.PROTOCOL_ERROR);
    }

    @ParameterizedTest
    @ValueSource(strings = {"02 02", "02 ff", "00 00"})
    void a_hello_without_a_common_version_is_refused_whatever_follows(String versions) {
        End end = End.controller();
        end.link.start();

        end.receiveFrame("01 00 00000000 534f4d4c" + versions + "deadbeef");

        assertThat(end.handler.events).containsExactly("closed VERSION_MISMATCH come back true");
        assertThat(end.takeHandedOver()[4]).isEqualTo((byte) Frames.REFUSED);
    }

    @Test
    void a_hello_that_speaks_later_versions_too_is_welcomed_with_ours_and_what_it_adds_is_skipped() {
        byte[] hello = End.helloBytes();
        byte[] later = Arrays.copyOf(hello, hello.length + 5);
        later[3] += 5;
        later[15] = 9;
        End end = End.controller();
        end.link.start();

        end.receive(later);

        assertThat(end.handler.events).containsExactly("hello c-1");
        end.link.welcome(End.WELCOME);
        assertThat(end.takeWritten()[10]).isEqualTo((byte) 1);
    }

    @Test
    void a_hello_of_a_controller_is_refused() {
        byte[] hello = End.helloBytes();
        hello[16] = 2;
        End end = End.controller();
        end.link.start();

        end.receive(hello);

        assertThat(end.handler.events).containsExactly("closed BAD_HELLO come back false");
    }

    @Test
    void a_hello_with_a_bad_name_or_limit_is_refused_and_says_which() {
        byte[] badName = End.helloBytes();
        badName[38] = ' ';
        End first = End.controller();
        first.link.start();
        first.receive(badName);
        assertThat(first.handler.goodbye.reason()).isEqualTo(CloseReason.BAD_HELLO);
        assertThat(first.handler.goodbye.message()).contains("instance");

        byte[] noFrames = End.helloBytes();
        noFrames[18] = 0;
        End second = End.controller();
        second.link.start();
        second.receive(noFrames);
        assertThat(second.handler.goodbye.reason()).isEqualTo(CloseReason.BAD_HELLO);
        assertThat(second.handler.goodbye.message()).contains("maxFrameBytes=0");
    }

    @Test
    void whatever_but_a_hello_comes_first_ends_the_link() {
        for (String vector : new String[] {"ping", "goodbye", "command-minimal", "operations", "ignorable"}) {
            End end = End.controller();
            end.link.start();

            end.receive(Vector.named(vector).bytes());

            assertThat(end.handler.events).as(vector).containsExactly("closed PROTOCOL_ERROR come back false");
        }
    }

    @Test
    void commands_before_the_hello_is_answered_end_the_link() {
        for (String vector : new String[] {"command-minimal", "operations", "drain", "hello-minimal"}) {
            Pair pair = Pair.asked(End.HELLO);

            pair.controller.receive(Vector.named(vector).bytes());

            assertThat(pair.controller.handler.lastEvent())
                    .as(vector)
                    .isEqualTo("closed PROTOCOL_ERROR come back false");
            assertThat(pair.controller.handler.commands).isEmpty();
        }
    }

    @Test
    void a_ping_before_the_hello_is_answered_is_answered() {
        Pair pair = Pair.asked(End.HELLO);

        pair.controller.receive(Vector.named("ping").bytes());

        assertThat(Hex.text(pair.controller.takeWritten())).startsWith("00 00 00 0e 05");
    }

    @Test
    void a_second_hello_or_welcome_on_an_active_link_ends_it() {
        End controller = End.activeController();
        controller.receive(End.helloBytes());
        assertThat(controller.handler.lastEvent()).isEqualTo("closed PROTOCOL_ERROR come back true");

        for (String vector : new String[] {"welcome", "refused", "hello-minimal", "operations"}) {
            End connector = End.activeConnector();
            connector.receive(Vector.named(vector).bytes());
            assertThat(connector.handler.lastEvent()).isEqualTo("closed PROTOCOL_ERROR come back true");
        }
    }

    @Test
    void two_connectors_that_meet_part() {
        End connector = End.connector(LinkSettings.defaults(), End.HELLO, new AtomicLong());
        connector.link.start();

        connector.receive(End.helloBytes());

        assertThat(connector.handler.goodbye.reason()).isEqualTo(CloseReason.PROTOCOL_ERROR);
    }

    @Test
    void a_welcome_with_a_version_or_limit_that_was_not_offered_ends_the_link() {
        byte[] welcome = Vector.named("welcome").bytes();
        for (int at : new int[] {10, 12, 15, 20, 24}) {
            byte[] other = welcome.clone();
            other[at]++;
            End connector = End.connector(LinkSettings.defaults(), End.HELLO, new AtomicLong());
            connector.link.start();

            connector.receive(other);

            assertThat(connector.handler.events)
                    .as("byte %d", at)
                    .containsExactly("closed PROTOCOL_ERROR come back true");
        }
    }

    @Test
    void a_hello_that_does_not_come_in_time_ends_the_link() {
        End end = End.controller();
        end.link.start();
        end.receive(Arrays.copyOf(End.helloBytes(), 30));

        end.pass(Duration.ofMillis(4999));
        end.link.tick();
        assertThat(end.handler.events).isEmpty();
        end.pass(Duration.ofMillis(1));
        end.link.tick();

        assertThat(end.handler.events).containsExactly("closed HELLO_TIMEOUT come back true");
        assertThat(end.takeHandedOver()[4]).isEqualTo((byte) Frames.REFUSED);
        assertThat(end.socketClosed).isTrue();
        end.allocator.assertAllReleased();
    }

    @Test
    void an_answer_that_does_not_come_in_time_ends_the_link_at_both_ends() {
        Pair pair = Pair.asked(End.HELLO);

        pair.pass(Duration.ofSeconds(5));
        pair.connector.link.tick();
        pair.controller.link.tick();

        assertThat(pair.connector.handler.events).containsExactly("closed HELLO_TIMEOUT come back true");
        assertThat(pair.controller.handler.events).containsExactly("hello c-1", "closed HELLO_TIMEOUT come back true");
        pair.controller.link.welcome(End.WELCOME);
        pair.controller.link.refuse(new Goodbye(CloseReason.FORBIDDEN, false, ""));
        assertThat(pair.controller.handler.events).hasSize(2);
    }

    @Test
    void what_is_called_in_the_wrong_state_says_so() {
        End end = End.controller();
        assertThatThrownBy(() -> end.link.welcome(End.WELCOME)).isInstanceOf(IllegalStateException.class);
        end.link.start();
        assertThatThrownBy(end.link::start).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> end.link.refuse(new Goodbye(CloseReason.FORBIDDEN, false, "")))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> end.link.operations(Set.of())).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void a_command_before_the_link_is_active_is_not_sent() {
        Pair pair = Pair.asked(End.HELLO);

        assertNotSent(pair.connector.link, COMMAND, ErrorCode.CONTROLLER_GONE);
        assertNotSent(pair.controller.link, COMMAND, ErrorCode.MEMBER_GONE);
    }

    @Test
    void the_confirmed_target_may_be_another_than_asked_for() {
        Pair pair = Pair.asked(End.HELLO);

        pair.controller.link.welcome(new Welcome("ctl-1", "other", ""));
        pair.exchange();

        assertThat(pair.connector.handler.welcome.targetId()).isEqualTo("other");
    }

    private static Command payload(int bytes) {
        return Command.to("t", "o").payload(Payload.copyOf(new byte[bytes])).build();
    }

    static void assertNotSent(Link link, Command command, ErrorCode code) {
        assertThatThrownBy(() -> link.send(command, 1, 0, "", "", 1, null))
                .isInstanceOfSatisfying(CommandException.class, e -> {
                    assertThat(e.error().code()).isEqualTo(code);
                    assertThat(e.error().outcome()).isEqualTo(Outcome.NOT_SENT);
                });
    }
}
