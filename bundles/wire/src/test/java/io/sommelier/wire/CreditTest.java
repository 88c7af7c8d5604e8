package io.sommelier.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sommelier.api.CloseReason;
import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** DATA flows against credit alone, and each part costs some; a slip of the own side costs a stream, one of the peer the link. */
class CreditTest {
    private static final Command COMMAND = Command.to("tgt", "op").build();

    @Test
    void a_part_may_exceed_what_is_left_of_the_credit_but_the_next_may_not_come() {
        End end = End.activeController();
        end.link.send(COMMAND, 1, 201, "", "", 1, null);

        end.receiveFrame("13 00 00000002 0000000000000000" + "61".repeat(200));
        end.receiveFrame("13 00 00000002 0000000000000001" + "61".repeat(300));
        assertThat(end.handler.parts).hasSize(2);
        end.receiveFrame("13 00 00000002 0000000000000002 61");

        assertThat(end.handler.parts).hasSize(2);
        assertThat(end.handler.goodbye.reason()).isEqualTo(CloseReason.PROTOCOL_ERROR);
        assertThat(end.handler.goodbye.message()).isEqualTo("DATA without credit on stream 2");
    }

    @Test
    void credit_pays_off_first_what_was_sent_beyond_it() {
        End end = End.activeController();
        OutStream stream = end.link.send(COMMAND, 1, 1, "", "", 1, null);
        end.receiveFrame("13 00 00000002 0000000000000000" + "61".repeat(200)); // now 199 in debt

        end.link.credit(stream, 200);
        end.receiveFrame("13 00 00000002 0000000000000001 61");
        assertThat(end.handler.goodbye).isNull();
        end.receiveFrame("13 00 00000002 0000000000000002 61");

        assertThat(end.handler.goodbye.reason()).isEqualTo(CloseReason.PROTOCOL_ERROR);
    }

    @Test
    void a_split_part_counts_whole_when_it_begins() {
        End end = End.activeController();
        end.link.send(COMMAND, 1, 200, "", "", 1, null);

        end.receiveFrame("13 01 00000002 0000000000000000 000000c8 61");
        end.receiveFrame("18 00 00000002" + "62".repeat(199));
        end.receiveFrame("13 01 00000002 0000000000000001 000000c8 61");

        assertThat(end.handler.goodbye.message()).contains("without credit");
    }

    @Test
    void without_credit_accepted_and_a_terminal_come_all_the_same() {
        End end = End.activeController();
        end.link.send(COMMAND, 1, 0, "", "", 1, null);

        end.receiveFrame("12 00 00000002");
        end.receiveFrame("14 00 00000002 0000000000000000" + "61".repeat(5000));

        assertThat(end.handler.events).containsExactly("Part[ACCEPTED]", "Part[COMPLETE after 0, 5000 bytes]");
    }

    @Test
    void an_empty_part_costs_as_much_as_one_of_128_bytes_and_one_of_129_bytes_costs_129() {
        for (int size : new int[] {0, 1, 127, 128}) {
            assertTakes(256, size, 2);
            assertTakes(257, size, 3);
        }
        assertTakes(258, 129, 2);
        assertTakes(259, 129, 3);
    }

    /** With that credit, so many parts of a size come, and one more breaks the protocol. */
    private static void assertTakes(int credit, int size, int parts) {
        End end = End.activeController();
        end.link.send(COMMAND, 1, credit, "", "", 1, null);

        for (int i = 0; i < parts; i++) {
            end.receiveFrame("13 00 00000002" + Hex.u64(i) + "61".repeat(size));
        }
        assertThat(end.handler.parts)
                .as("parts of %d bytes with credit %d", size, credit)
                .hasSize(parts);
        assertThat(end.handler.goodbye).isNull();
        end.receiveFrame("13 00 00000002" + Hex.u64(parts) + "61".repeat(size));

        assertThat(end.handler.goodbye.message()).isEqualTo("DATA without credit on stream 2");
    }

    @Test
    void our_side_may_give_as_many_parts_as_the_peer_takes_and_no_more() {
        for (int size : new int[] {0, 1, 127, 128, 129, 1000}) {
            Pair pair = Pair.active();
            pair.sendDown(COMMAND, 10_000);
            InStream taken = pair.connector.handler.lastIn();

            int given = 0;
            while (!taken.isClosed()) {
                pair.connector.link.part(
                        taken,
                        Part.data(Payload.copyOf(new byte[size]))
                                .sequence(given++)
                                .build());
                pair.exchange();
            }

            int cost = Math.max(128, size);
            assertThat(given - 1).as("parts of %d bytes", size).isEqualTo((10_000 + cost - 1) / cost);
            assertThat(pair.connector.handler.lastEvent()).isEqualTo("cancelled: DATA came without credit");
            assertThat(pair.controller.handler.goodbye).isNull();
        }
    }

    @Test
    void credit_reaches_the_owner_of_the_stream() {
        Pair pair = Pair.active();
        OutStream sent = pair.sendUp(COMMAND, 7);

        pair.connector.link.credit(sent, 100);
        pair.connector.link.credit(sent, 0);
        pair.exchange();

        assertThat(pair.controller.handler.events)
                .containsExactly("command op of tgt credit 7 from '' as '' attempt 1", "credit 100");
    }

    @Test
    @Timeout(180) // it moves a gigabyte
    void credit_beyond_what_a_frame_carries_is_told_as_it_is_used() {
        Pair pair = Pair.active();
        OutStream sent = pair.sendUp(COMMAND, Long.MAX_VALUE);
        pair.connector.link.credit(sent, Long.MAX_VALUE);
        pair.exchange();
        assertThat(pair.controller.handler.events)
                .containsExactly("command op of tgt credit 2147483647 from '' as '' attempt 1");
        InStream taken = pair.controller.handler.lastIn();
        Part chunk = Part.data(Payload.copyOf(new byte[8 * 1024 * 1024])).build();

        for (int i = 0; i < 129; i++) { // a little more than 1 GiB
            pair.controller.link.part(taken, chunk.toBuilder().sequence(i).build());
            pair.exchange();
        }

        assertThat(pair.connector.handler.parts).hasSize(129);
        long told = 129L * 8 * 1024 * 1024;
        assertThat(pair.controller.handler.events).hasSize(2);
        long topped = Long.parseLong(pair.controller.handler.lastEvent().substring("credit ".length()));
        assertThat(topped).isBetween(1L << 30, told);
        assertThat(taken.credit).isLessThanOrEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void negative_credit_is_a_bad_argument() {
        Pair pair = Pair.active();
        OutStream sent = pair.sendUp(COMMAND, 0);

        assertThatThrownBy(() -> pair.connector.link.credit(sent, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> pair.connector.link.send(COMMAND, 1, -1, "", "", 1, null))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void data_that_our_side_gives_without_credit_fails_its_stream_and_not_the_link() {
        Pair pair = Pair.active();
        pair.sendDown(COMMAND, 3);
        InStream taken = pair.connector.handler.lastIn();
        pair.connector.link.part(taken, LinkPairTest.data("four", 0));

        pair.connector.link.part(taken, LinkPairTest.data("more", 1));
        pair.exchange();

        CommandError error = pair.controller.handler.lastPart().error().orElseThrow();
        assertThat(error.code()).isEqualTo(ErrorCode.BAD_REPLY);
        assertThat(error.outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(pair.controller.handler.lastPart().finalCount()).isEqualTo(1);
        assertThat(taken.isClosed()).isTrue();
        assertThat(pair.connector.handler.lastEvent()).isEqualTo("cancelled: DATA came without credit");
        assertThat(pair.controller.handler.goodbye).isNull();
    }

    @Test
    void parts_that_our_side_gives_out_of_order_fail_their_stream_and_not_the_link() {
        Part accepted = Part.accepted().build();
        Part[][] disorders = {
            {accepted, accepted},
            {LinkPairTest.data("a", 0), accepted},
            {LinkPairTest.data("a", 1)},
            {LinkPairTest.data("a", 0), LinkPairTest.data("a", 0)},
            {LinkPairTest.data("a", 0), Part.complete(Payload.empty()).build()},
            {Part.complete(Payload.empty()).finalCount(1).build()},
        };
        for (Part[] disorder : disorders) {
            Pair pair = Pair.active();
            pair.sendDown(COMMAND, 100);
            for (Part part : disorder) {
                pair.connector.link.part(pair.connector.handler.lastIn(), part);
            }
            pair.exchange();

            boolean isTerminal = disorder[disorder.length - 1].status().isTerminal();
            CommandError error = pair.controller.handler.lastPart().error().orElseThrow();
            assertThat(error.code()).isEqualTo(ErrorCode.BAD_REPLY);
            assertThat(error.outcome()).isEqualTo(isTerminal ? Outcome.REPLY_LOST : Outcome.UNKNOWN);
            assertThat(pair.controller.handler.goodbye).isNull();
        }
    }

    @Test
    void a_failure_that_our_side_makes_up_gets_the_right_count() {
        Pair pair = Pair.active();
        pair.sendDown(COMMAND, 100);
        InStream taken = pair.connector.handler.lastIn();
        pair.connector.link.part(taken, LinkPairTest.data("a", 0));

        pair.connector.link.part(taken, Part.failed(CommandError.executed("no")).build());
        pair.exchange();

        assertThat(pair.controller.handler.lastPart().finalCount()).isEqualTo(1);
        assertThat(pair.controller.handler.lastPart().error()).contains(CommandError.executed("no"));
    }

    @Test
    void a_part_above_the_limit_of_the_peer_becomes_a_lost_reply_and_its_worker_is_told() {
        Pair pair = Pair.active();
        pair.sendDown(COMMAND, Long.MAX_VALUE);
        InStream taken = pair.connector.handler.lastIn();
        Payload large = Payload.copyOf(new byte[8 * 1024 * 1024 + 1]);

        pair.connector.link.part(taken, Part.data(large).build());
        pair.exchange();

        CommandError error = pair.controller.handler.lastPart().error().orElseThrow();
        assertThat(error.code()).isEqualTo(ErrorCode.REPLY_TOO_LARGE);
        assertThat(error.outcome()).isEqualTo(Outcome.REPLY_LOST);
        assertThat(pair.connector.handler.lastEvent()).startsWith("cancelled: part with payload of 8388609");

        pair.sendDown(COMMAND, 0);
        pair.connector.link.part(
                pair.connector.handler.lastIn(), Part.complete(large).build());
        pair.exchange();
        assertThat(pair.controller.handler.lastPart().error().orElseThrow().code())
                .isEqualTo(ErrorCode.REPLY_TOO_LARGE);
        assertThat(pair.connector.handler.lastEvent()).startsWith("command");

        pair.sendDown(COMMAND, 0);
        pair.connector.link.part(
                pair.connector.handler.lastIn(),
                Part.failed(CommandError.executed("no")).payload(large).build());
        pair.exchange();
        assertThat(pair.controller.handler.lastPart().error()).contains(CommandError.executed("no"));
        assertThat(pair.controller.handler.lastPart().payload().isEmpty()).isTrue();
    }

    @Test
    void admitted_is_told_once_and_never_behind_a_part() {
        Pair pair = Pair.active();
        pair.sendDown(COMMAND, 0);
        InStream first = pair.connector.handler.lastIn();
        pair.connector.link.admitted(first);
        pair.connector.link.admitted(first);
        pair.sendDown(COMMAND, 0);
        InStream second = pair.connector.handler.lastIn();
        pair.connector.link.part(second, Part.accepted().build());
        pair.connector.link.admitted(second);
        pair.exchange();

        assertThat(pair.controller.handler.events).containsExactly("admitted", "Part[ACCEPTED]");
    }
}
