package io.sommelier.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Headers;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Messages larger than a frame: whole at the other end, fair to others, bounded in memory. */
class SplitMessagesTest {
    private static final int MIB = 1024 * 1024;
    private static final Command COMMAND = Command.to("tgt", "op").build();

    @Test
    void messages_of_every_size_around_a_frame_arrive_whole() {
        Pair pair = Pair.active();
        for (int size :
                new int[] {0, 1, 255, 256, 257, 65_400, 65_460, 65_480, 65_536, 65_537, 131_072, MIB, 8 * MIB}) {
            Payload payload = random(size);
            pair.sendDown(COMMAND.toBuilder().payload(payload).build(), Long.MAX_VALUE);
            assertThat(pair.connector.handler.lastCommand().payload()).isEqualTo(payload);

            pair.connector.link.part(
                    pair.connector.handler.lastIn(), Part.data(payload).build());
            pair.connector.link.part(
                    pair.connector.handler.lastIn(),
                    Part.complete(payload)
                            .headers(Headers.of("size", "" + size))
                            .finalCount(1)
                            .build());
            pair.exchange();

            assertThat(pair.controller.handler.lastPart().payload()).isEqualTo(payload);
            assertThat(pair.controller.handler.lastPart().headers().first("size"))
                    .contains("" + size);
        }
        assertThat(pair.controller.handler.parts).hasSize(26);
        pair.assertNothingLeaks();
    }

    @Test
    void no_frame_is_above_the_limit_and_a_message_that_just_fits_is_not_split() {
        End end = End.activeController();
        int headSize = Hex.command(1).length + 1 + 2 + 4; // source, principal, attempt

        end.link.send(COMMAND.toBuilder().payload(random(65_536 - headSize)).build(), 1, 0, "", "", 1, null);
        List<byte[]> whole = frames(end.takeWritten());
        end.link.send(COMMAND.toBuilder().payload(random(65_536 - headSize + 1)).build(), 1, 0, "", "", 1, null);
        List<byte[]> split = frames(end.takeWritten());

        assertThat(whole).hasSize(1);
        assertThat(whole.get(0)).hasSize(65_536);
        assertThat(split)
                .hasSize(2)
                .allSatisfy(frame -> assertThat(frame.length).isLessThanOrEqualTo(65_536));
    }

    @Test
    void small_parts_pass_between_the_frames_of_a_part_of_1_mib() {
        End end = End.activeConnector();
        InStream big = take(end, 2);
        InStream small = take(end, 4);
        end.flushesSoon = true;

        end.link.part(big, Part.complete(random(MIB)).build());
        List<Integer> streams = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            end.link.part(small, LinkPairTest.data("x", i));
            frames(end.takeWritten()).forEach(frame -> streams.add(stream(frame)));
        }

        // Each turn the small one is first, and the big one has a quarter of a mebibyte.
        assertThat(streams.subList(0, 12)).containsExactly(2, 4, 2, 2, 2, 2, 2, 4, 2, 2, 2, 2);
        assertThat(streams.stream().filter(stream -> stream == 4)).hasSize(10);
        assertThat(end.flushesAsked).isEqualTo(3);
    }

    @Test
    void without_a_later_turn_all_of_a_part_goes_out_at_once() {
        End end = End.activeConnector();
        InStream stream = take(end, 2);

        end.link.part(stream, Part.complete(random(MIB)).build());
        int bytes = end.takeWritten().length;

        assertThat(bytes).isGreaterThan(MIB);
        assertThat(end.writes).isGreaterThan(15);
    }

    @Test
    void two_large_parts_share_the_socket_frame_by_frame() {
        End end = End.activeConnector();
        InStream one = take(end, 2);
        InStream other = take(end, 4);

        end.link.part(one, Part.complete(random(200_000)).build());
        end.link.part(other, Part.complete(random(200_000)).build());

        assertThat(frames(end.takeWritten()).stream().map(SplitMessagesTest::stream))
                .containsExactly(2, 4, 2, 4, 2, 4, 2, 4, 2, 4);
    }

    @Test
    void large_messages_pause_while_the_socket_takes_nothing_and_small_ones_do_not() {
        End end = End.activeConnector();
        InStream big = take(end, 2);
        InStream small = take(end, 4);
        end.link.writable(false);

        end.link.part(big, Part.complete(random(MIB)).build());
        end.link.part(small, Part.complete(Payload.ofText("x")).build());
        List<byte[]> blocked = frames(end.takeWritten());
        assertThat(blocked)
                .hasSize(2)
                .allSatisfy(frame -> assertThat(frame.length).isLessThan(50));

        end.link.writable(true);
        assertThat(end.takeHandedOver().length).isGreaterThan(MIB);
    }

    @Test
    void a_socket_that_fills_up_pauses_a_large_message_within_two_frames() {
        End end = End.activeConnector();
        InStream big = take(end, 2);
        end.onWrite = () -> end.link.writable(false);

        end.link.part(big, Part.complete(random(MIB)).build());
        int bytes = end.takeWritten().length;

        assertThat(bytes).isLessThanOrEqualTo(2 * 65_536);
    }

    @Test
    void a_socket_that_turns_writable_inside_each_write_does_not_deepen_the_stack() {
        End end = End.activeConnector();
        InStream big = take(end, 2);
        int[] depth = {0, 0};
        end.onWrite = () -> {
            depth[0]++;
            depth[1] = Math.max(depth[1], depth[0]);
            end.link.writable(false);
            end.link.writable(true);
            depth[0]--;
        };

        end.link.part(big, Part.complete(random(8 * MIB)).build());

        assertThat(end.takeWritten().length).isGreaterThan(8 * MIB);
        assertThat(depth[1]).isEqualTo(1);
    }

    @Test
    void later_parts_of_a_stream_wait_behind_its_split_part() {
        Pair pair = Pair.active();
        pair.sendDown(COMMAND, Long.MAX_VALUE);
        InStream stream = pair.connector.handler.lastIn();
        Payload large = random(200_000);

        pair.connector.link.part(stream, Part.data(large).sequence(0).build());
        pair.connector.link.part(stream, LinkPairTest.data("small", 1));
        pair.connector.link.part(stream, Part.data(large).sequence(2).build());
        pair.connector.link.part(
                stream, Part.complete(Payload.ofText("end")).finalCount(3).build());
        assertThat(stream.isClosed()).isTrue();
        pair.exchange();

        assertThat(pair.controller.handler.events)
                .containsExactly(
                        "Part[DATA 0, 200000 bytes]",
                        "Part[DATA 1, 5 bytes]",
                        "Part[DATA 2, 200000 bytes]",
                        "Part[COMPLETE after 3, 3 bytes]");
        assertThat(pair.controller.handler.parts.get(2).payload()).isEqualTo(large);
        pair.assertNothingLeaks();
    }

    @Test
    void a_cancel_stops_a_part_on_its_way_and_the_link_goes_on() {
        Pair pair = Pair.active();
        OutStream sent = pair.sendDown(COMMAND, Long.MAX_VALUE);
        InStream taken = pair.connector.handler.lastIn();
        pair.connector.flushesSoon = true;
        pair.connector.link.part(taken, Part.data(random(MIB)).build());
        pair.connector.link.part(taken, LinkPairTest.data("never", 1));
        pair.controller.receive(pair.connector.takeWritten());

        pair.controller.link.cancel(sent, "enough");
        pair.connector.receive(pair.controller.takeWritten());

        assertThat(pair.connector.handler.lastEvent()).isEqualTo("cancelled: enough");
        assertThat(pair.connector.takeWritten()).isEmpty();
        pair.sendDown(COMMAND, 0);
        assertThat(pair.connector.handler.commands).hasSize(2);
        pair.assertNothingLeaks();
    }

    @Test
    void a_cancel_of_a_terminal_on_its_way_is_not_told_to_who_has_ended() {
        Pair pair = Pair.active();
        OutStream sent = pair.sendDown(COMMAND, 0);
        InStream taken = pair.connector.handler.lastIn();
        pair.connector.flushesSoon = true;
        pair.connector.link.part(taken, Part.complete(random(MIB)).build());
        pair.controller.receive(pair.connector.takeWritten());
        pair.connector.handler.events.clear();

        pair.controller.link.cancel(sent, "enough");
        pair.connector.receive(pair.controller.takeWritten());

        assertThat(pair.connector.handler.events).isEmpty();
        assertThat(pair.connector.takeWritten()).isEmpty();
    }

    @Test
    void a_command_that_is_cancelled_on_its_way_is_never_told_of() {
        Pair pair = Pair.active();
        pair.controller.flushesSoon = true;
        OutStream sent = pair.controller.link.send(
                COMMAND.toBuilder().payload(random(MIB)).build(), 1, 0, "", "", 1, null);
        pair.connector.receive(pair.controller.takeWritten());

        pair.controller.link.cancel(sent, "enough");
        pair.exchange();

        assertThat(pair.connector.handler.events).isEmpty();
        assertThat(pair.connector.handler.goodbye).isNull();
        pair.assertNothingLeaks();
    }

    @Test
    void credit_that_comes_before_a_command_is_whole_adds_to_its_first() {
        Pair pair = Pair.active();
        pair.controller.flushesSoon = true;
        OutStream sent = pair.controller.link.send(
                COMMAND.toBuilder().payload(random(MIB)).build(), 1, 10, "", "", 1, null);
        pair.controller.link.credit(sent, 5);

        pair.exchange();

        assertThat(pair.connector.handler.events)
                .containsExactly("command op of tgt credit 15 from '' as '' attempt 1");
    }

    @Test
    void the_time_a_command_takes_to_come_is_taken_from_its_time_to_live() {
        End end = End.activeController();
        end.receiveFrame("10 01 00000001" + Hex.COMMAND_BODY + "00000002 61");

        end.pass(Duration.ofNanos(400_000));
        end.receiveFrame("18 00 00000001 62");
        assertThat(end.handler.lastCommand().ttlNanos()).isEqualTo(600_000);

        end.receiveFrame("10 01 00000003" + Hex.COMMAND_BODY + "00000002 61");
        end.pass(Duration.ofMillis(3));
        end.receiveFrame("18 00 00000003 62");
        assertThat(end.handler.lastCommand().ttlNanos()).isEqualTo(-2_000_000);
    }

    @Test
    void a_command_without_space_is_refused_as_overloaded_and_the_link_goes_on() {
        Pair pair = Pair.active(LinkSettings.defaults(), space(400_000));
        pair.connector.flushesSoon = true;

        OutStream first = send(pair.connector, 300_000);
        OutStream second = send(pair.connector, 300_000);
        pair.exchange();

        assertThat(pair.controller.handler.commands).hasSize(1);
        assertThat(first.isClosed()).isNotEqualTo(second.isClosed());
        CommandError error = pair.connector.handler.lastPart().error().orElseThrow();
        assertThat(error.code()).isEqualTo(ErrorCode.OVERLOADED);
        assertThat(error.outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(error.retryable()).isTrue();
        send(pair.connector, 300_000);
        pair.exchange();
        assertThat(pair.controller.handler.commands).hasSize(2);
        assertThat(pair.controller.handler.goodbye).isNull();
        assertThat(pair.connector.handler.goodbye).isNull();
        pair.assertNothingLeaks();
    }

    @Test
    void a_command_that_is_refused_on_its_way_is_cancelled_in_place_of_its_rest() {
        End end = End.activeController();
        end.flushesSoon = true;
        end.link.send(COMMAND.toBuilder().payload(random(MIB)).build(), 1, 0, "", "", 1, null);
        end.takeWritten();

        end.receiveFrame("15 00 00000002 0000000000000000 00cc 02 01 0000");

        assertThat(Hex.text(end.takeWritten())).isEqualTo("00 00 00 08 16 00 00 00 00 02 00 00");
        assertThat(end.handler.parts).hasSize(1);
    }

    @Test
    void a_number_is_free_again_once_a_split_terminal_is_out() {
        End end = End.activeConnector();
        InStream stream = take(end, 2);
        end.flushesSoon = true;
        end.link.part(stream, Part.complete(random(MIB)).build());
        end.takeWritten();
        for (int turn = 0; turn < 4; turn++) {
            end.takeWritten();
        }

        end.receive(Hex.command(2));

        assertThat(end.handler.goodbye).isNull();
        assertThat(end.handler.commands).hasSize(2);
    }

    @Test
    void all_that_a_message_takes_is_given_back_with_it() {
        End end = End.activeController(space(1000));

        for (int stream = 1; stream < 200; stream += 4) {
            end.receiveFrame("10 01" + Hex.u32(stream) + Hex.COMMAND_BODY + "00000100");
            end.receiveFrame("18 00" + Hex.u32(stream) + "61".repeat(256));
            end.receiveFrame("10 01" + Hex.u32(stream + 2) + Hex.COMMAND_BODY + "00000100");
            end.receiveFrame("16 00" + Hex.u32(stream + 2) + "0000");
        }

        assertThat(end.handler.commands).hasSize(50);
        assertThat(end.takeWritten()).isEmpty();
    }

    @Test
    void the_rest_of_a_refused_command_is_skipped_to_its_end() {
        End end = End.activeController(space(1000));
        end.receiveFrame("10 01 00000001" + Hex.COMMAND_BODY + "00001000");
        end.receiveFrame("18 01 00000001" + "00".repeat(2000));
        assertThat(Hex.text(end.takeWritten())).contains("15 08 00 00 00 01"); // FAILED, retryable
        end.receiveFrame("18 01 00000001" + "00".repeat(1000));
        end.receiveFrame("17 00 00000001 00000001");
        end.receiveFrame("18 00 00000001" + "00".repeat(1096));

        end.receive(Hex.command(1));

        assertThat(end.handler.events).hasSize(1);
        assertThat(end.takeWritten()).isEmpty();
    }

    @Test
    void a_part_without_space_is_a_lost_reply_and_its_worker_is_told() {
        Pair pair = Pair.active(LinkSettings.defaults(), space(100_000));
        OutStream sent = pair.sendDown(COMMAND, Long.MAX_VALUE);
        InStream taken = pair.connector.handler.lastIn();

        pair.connector.link.part(taken, Part.data(random(200_000)).build());
        pair.exchange();

        CommandError error = pair.controller.handler.lastPart().error().orElseThrow();
        assertThat(error.code()).isEqualTo(ErrorCode.REPLY_TOO_LARGE);
        assertThat(error.outcome()).isEqualTo(Outcome.REPLY_LOST);
        assertThat(sent.isClosed()).isTrue();
        assertThat(pair.connector.handler.lastEvent()).startsWith("cancelled: ");
        assertThat(pair.controller.handler.goodbye).isNull();
        pair.assertNothingLeaks();
    }

    @Test
    void memory_grows_with_what_came_and_not_with_what_was_announced() {
        End end = End.activeController(space(1_000_000));

        for (int stream = 1; stream < 20_001; stream += 2) {
            end.receiveFrame("10 01" + Hex.u32(stream) + Hex.COMMAND_BODY + "00800000");
        }

        // 512 bytes and the head are counted for each, so that beginnings alone are bounded too.
        byte[] refusals = end.takeWritten();
        assertThat(frames(refusals).size()).isBetween(8_000, 8_500);
        assertThat(end.handler.goodbye).isNull();
        end.link.socketClosed();
        end.allocator.assertAllReleased();
    }

    @Test
    void the_space_of_what_was_put_together_or_given_up_is_free_again() {
        Pair pair = Pair.active(space(300_000), space(300_000));
        pair.connector.flushesSoon = true;
        for (int i = 0; i < 20; i++) {
            OutStream given = send(pair.connector, 250_000);
            pair.controller.receive(pair.connector.takeWritten().clone());
            pair.connector.link.cancel(given, "");
            pair.exchange();
            send(pair.connector, 250_000);
            pair.exchange();
        }

        assertThat(pair.connector.handler.parts).isEmpty();
        assertThat(pair.controller.handler.commands.size()).isGreaterThanOrEqualTo(20);
    }

    @Test
    void a_peer_that_reads_nothing_is_closed_before_its_answers_fill_the_memory() {
        End end = End.activeController(space(10_000));
        end.link.writable(false);
        end.handler.onCommand = stream -> {
            end.link.part(stream, Part.complete(random(1000)).build());
            end.link.flush();
        };

        int sent = 0;
        while (end.handler.goodbye == null && sent < 100) {
            end.receive(Hex.command(2 * sent + 1));
            sent++;
        }

        assertThat(sent).isBetween(9, 12);
        assertThat(end.handler.lastEvent()).isEqualTo("closed OVERLOADED come back true");
    }

    private static OutStream send(End end, int bytes) {
        return end.link.send(COMMAND.toBuilder().payload(random(bytes)).build(), 1_000_000, 0, "", "", 1, null);
    }

    private static InStream take(End end, int number) {
        end.receive(Hex.command(number));
        end.receiveFrame("17 00" + Hex.u32(number) + "7fffffff");
        return end.handler.lastIn();
    }

    private static LinkSettings space(long bytes) {
        return new LinkSettings(
                64 * 1024, 8 * MIB, 8192, 100_000, bytes, Duration.ofSeconds(5), Duration.ofSeconds(10));
    }

    private static Payload random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return Payload.copyOf(bytes);
    }

    static List<byte[]> frames(byte[] bytes) {
        List<byte[]> frames = new ArrayList<>();
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            byte[] frame = new byte[4 + buffer.getInt(buffer.position())];
            buffer.get(frame);
            frames.add(frame);
        }
        return frames;
    }

    private static int stream(byte[] frame) {
        return ByteBuffer.wrap(frame).getInt(6);
    }
}
