package io.sommelier.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sommelier.api.CloseReason;
import io.sommelier.api.Command;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Drain, goodbye, the end, and what may be called from inside a callback. */
class ClosingTest {
    private static final Goodbye BYE = new Goodbye(CloseReason.SHUTDOWN, true, "update");
    private static final Command COMMAND = Command.to("tgt", "op").build();

    @Test
    void a_goodbye_ends_both_ends_and_every_stream_is_told() {
        Pair pair = Pair.active();
        pair.sendDown(COMMAND, 0);
        pair.sendUp(COMMAND, 0);
        pair.connector.handler.events.clear();
        pair.controller.handler.events.clear();

        pair.controller.link.close(BYE);
        assertThat(pair.controller.handler.events)
                .containsExactly("lost down", "gone: update", "closed SHUTDOWN come back true");
        pair.exchange();

        assertThat(pair.connector.handler.events)
                .containsExactly("lost up", "gone: update", "closed SHUTDOWN come back true");
        assertThat(pair.connector.handler.goodbye).isEqualTo(BYE);
        assertThat(pair.connector.socketClosed).isTrue();
        assertThat(pair.controller.socketClosed).isTrue();
        pair.assertNothingLeaks();
    }

    @Test
    void what_was_written_before_goes_out_before_the_goodbye() {
        Pair pair = Pair.active();
        pair.sendDown(COMMAND, 0);

        pair.connector.link.part(
                pair.connector.handler.lastIn(),
                Part.complete(Payload.ofText("last")).build());
        pair.connector.link.close(BYE);
        pair.controller.receive(pair.connector.takeHandedOver());

        assertThat(pair.controller.handler.events)
                .containsExactly("Part[COMPLETE after 0, 4 bytes]", "closed SHUTDOWN come back true");
    }

    @Test
    void a_lost_socket_ends_the_link_and_writes_nothing() {
        Pair pair = Pair.active();
        pair.sendDown(COMMAND, 0);
        OutStream up = pair.connector.link.send(COMMAND, 1, 0, "", "", 1, "up");

        pair.connector.link.socketClosed();

        assertThat(pair.connector.handler.events.subList(1, 4))
                .containsExactly("lost up", "gone: the socket was closed", "closed LOST come back true");
        assertThat(up.isClosed()).isTrue();
        assertThat(pair.connector.takeHandedOver()).isEmpty();
        assertThat(pair.connector.socketClosed).isFalse();
        pair.connector.allocator.assertAllReleased();
    }

    @Test
    void after_the_end_nothing_happens_any_more() {
        Pair pair = Pair.active();
        OutStream up = pair.sendUp(COMMAND, 0);
        pair.sendDown(COMMAND, 10);
        InStream down = pair.connector.handler.lastIn();
        pair.connector.receive(new byte[] {0, 0});
        pair.connector.link.close(BYE);
        pair.connector.takeHandedOver();
        List<String> events = List.copyOf(pair.connector.handler.events);

        Link link = pair.connector.link;
        link.start();
        link.receive(Unpooled.wrappedBuffer(Vector.named("ping").bytes()));
        link.writable(false);
        link.writable(true);
        link.tick();
        link.admitted(down);
        link.part(down, LinkPairTest.data("x", 0));
        link.credit(up, 5);
        link.cancel(up, "");
        link.operations(Set.of("a"));
        link.drain();
        link.probe(() -> {});
        link.welcome(End.WELCOME);
        link.refuse(BYE);
        link.close(BYE);
        link.socketClosed();
        link.flush();

        assertThat(pair.connector.handler.events).isEqualTo(events);
        assertThat(pair.connector.takeHandedOver()).isEmpty();
        assertThat(link.isReady()).isFalse();
        HandshakeTest.assertNotSent(link, COMMAND, ErrorCode.CONTROLLER_GONE);
        pair.connector.allocator.assertAllReleased();
    }

    @Test
    void a_link_that_is_closed_before_it_starts_says_nothing() {
        End end = End.connector(LinkSettings.defaults(), End.HELLO, new AtomicLong());

        end.link.close(BYE);
        end.link.start();

        assertThat(end.takeHandedOver()).isEmpty();
        assertThat(end.handler.events).containsExactly("closed SHUTDOWN come back true");
    }

    @Test
    void a_connector_that_gives_up_before_the_answer_says_goodbye() {
        Pair pair = Pair.asked(End.HELLO);

        pair.connector.link.close(BYE);
        pair.exchange();

        assertThat(pair.controller.handler.events).containsExactly("hello c-1", "closed SHUTDOWN come back true");
    }

    @Test
    void a_peer_that_drains_gets_no_new_commands_and_finishes_those_it_has() {
        Pair pair = Pair.active();
        OutStream before = pair.sendDown(COMMAND, 0);
        OutStream crossing = pair.controller.link.send(COMMAND, 1, 0, "", "", 1, null);
        pair.connector.link.drain();
        pair.connector.link.drain();
        pair.exchange();

        assertThat(pair.controller.handler.events).containsExactly("draining");
        assertThat(crossing.isClosed()).isFalse();
        assertThat(pair.connector.handler.commands).hasSize(2);
        HandshakeTest.assertNotSent(pair.controller.link, COMMAND, ErrorCode.DRAINING);
        pair.connector.link.part(
                pair.connector.handler.inStreams.get(0),
                Part.complete(Payload.empty()).build());
        pair.exchange();
        assertThat(before.isClosed()).isTrue();
        pair.sendUp(COMMAND, 0);
        assertThat(pair.controller.handler.commands).hasSize(1);
    }

    @Test
    void a_handler_that_closes_the_link_in_a_command_gets_nothing_that_came_behind() {
        End end = End.activeController();
        end.handler.onCommand = stream -> end.link.close(BYE);
        byte[] one = Hex.command(1);
        byte[] two = new byte[2 * one.length];
        System.arraycopy(one, 0, two, 0, one.length);
        System.arraycopy(Hex.command(3), 0, two, one.length, one.length);

        end.receive(two);

        assertThat(end.handler.commands).hasSize(1);
        assertThat(end.handler.events.subList(1, 3)).containsExactly("gone: update", "closed SHUTDOWN come back true");
        end.allocator.assertAllReleased();
    }

    @Test
    void a_handler_that_closes_the_link_while_a_kept_frame_is_read_is_safe() {
        End end = End.activeController();
        end.handler.onCommand = stream -> end.link.close(BYE);
        byte[] command = Hex.frame("10 00 00000001" + Hex.COMMAND_BODY + "00".repeat(5000));

        for (byte b : command) {
            end.receive(new byte[] {b});
        }

        assertThat(end.handler.lastCommand().payload().size()).isEqualTo(5000);
        assertThat(end.handler.lastEvent()).isEqualTo("closed SHUTDOWN come back true");
        end.allocator.assertAllReleased();
    }

    @Test
    void a_handler_may_answer_at_once_and_send_the_next_command_in_a_part() {
        Pair pair = Pair.active();
        pair.connector.handler.onCommand = stream ->
                pair.connector.link.part(stream, Part.complete(Payload.empty()).build());
        int[] left = {1000};
        pair.controller.handler.onPart = stream -> {
            assertThat(stream.isClosed()).isTrue();
            if (left[0]-- > 0) {
                pair.controller.link.send(COMMAND, 1, 0, "", "", 1, null);
                pair.controller.link.cancel(stream, "too late");
                pair.controller.link.credit(stream, 1);
            }
        };

        pair.sendDown(COMMAND, 0);

        assertThat(pair.controller.handler.parts).hasSize(1001);
        assertThat(pair.controller.link.lateFrames() + pair.connector.link.lateFrames())
                .isZero();
        pair.assertNothingLeaks();
    }

    @Test
    void a_handler_that_uses_other_streams_while_the_link_ends_changes_nothing() {
        Pair pair = Pair.active();
        List<OutStream> sent = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            sent.add(pair.sendDown(COMMAND, 0));
            pair.sendUp(COMMAND, 10);
        }
        End end = pair.controller;
        end.handler.events.clear();
        end.handler.onEnd = () -> {
            sent.forEach(stream -> end.link.credit(stream, 5));
            sent.forEach(stream -> end.link.cancel(stream, ""));
            end.handler.inStreams.forEach(stream -> end.link.part(stream, LinkPairTest.data("x", 0)));
            end.link.close(BYE);
            end.link.flush();
        };

        end.link.socketClosed();

        assertThat(end.handler.events).hasSize(11);
        assertThat(end.handler.lastEvent()).isEqualTo("closed LOST come back true");
        assertThat(end.takeHandedOver()).isEmpty();
        end.allocator.assertAllReleased();
    }

    @Test
    void a_sink_that_loses_its_socket_inside_a_write_ends_the_link_once() {
        End end = End.activeConnector();
        end.receive(Hex.command(2));
        end.onWrite = () -> end.link.socketClosed();

        end.link.part(
                end.handler.lastIn(),
                Part.complete(Payload.copyOf(new byte[1 << 20])).build());
        end.link.flush();

        assertThat(end.handler.events.subList(1, end.handler.events.size()))
                .containsExactly("closed LOST come back true");
        end.allocator.assertAllReleased();
    }

    @Test
    void bytes_that_come_inside_a_callback_are_read_behind_those_being_read() {
        End end = End.activeController();
        end.handler.onCommand = stream -> {
            if (end.handler.commands.size() == 1) {
                end.receive(Hex.command(5));
                assertThat(end.handler.commands).hasSize(1);
            }
        };
        ByteBuf both = Unpooled.wrappedBuffer(Hex.command(1), Hex.command(3));

        end.link.receive(both);

        assertThat(end.handler.inStreams.stream().map(stream -> stream.number)).containsExactly(1, 3, 5);
        assertThat(both.isReadable()).isFalse();
        both.release();
    }

    @Test
    void a_handler_that_throws_ends_its_link_and_is_heard_of() {
        End end = End.activeController();
        end.handler.onCommand = stream -> {
            end.receive(Hex.command(3));
            throw new IllegalStateException("defect");
        };

        assertThatThrownBy(() -> end.receive(Hex.command(1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("defect");

        assertThat(end.handler.lastEvent()).isEqualTo("closed OTHER come back true");
        assertThat(end.socketClosed).isTrue();
        end.allocator.assertAllReleased();
    }

    @Test
    void a_burst_of_frames_is_one_write() {
        End end = End.activeController();
        int before = end.writes;

        for (int i = 0; i < 100; i++) {
            end.link.send(COMMAND, 1, 0, "", "", 1, null);
        }
        assertThat(end.writes).isEqualTo(before);
        end.link.flush();
        end.link.flush();

        assertThat(end.writes).isEqualTo(before + 1);
    }

    @Test
    void a_burst_above_64_kib_is_handed_over_on_the_way() {
        End end = End.activeController();
        Command command =
                COMMAND.toBuilder().payload(Payload.copyOf(new byte[1000])).build();

        for (int i = 0; i < 100; i++) {
            end.link.send(command, 1, 0, "", "", 1, null);
        }

        assertThat(end.takeHandedOver().length).isBetween(65_536, 70_000);
        end.link.socketClosed();
        end.allocator.assertAllReleased();
    }
}
