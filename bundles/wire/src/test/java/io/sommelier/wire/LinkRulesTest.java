package io.sommelier.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.CloseReason;
import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.Stage;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What ends the whole link, what ends one stream, and what is a normal race. */
class LinkRulesTest {
    private static final Command COMMAND = Command.to("tgt", "op").build();
    private static final String ACCEPTED = "12 00 00000002";
    private static final String DATA_0 = "13 00 00000002 0000000000000000 61";
    private static final String DATA_1 = "13 00 00000002 0000000000000001 61";
    private static final String COMPLETE_0 = "14 00 00000002 0000000000000000";
    private static final String ADMITTED = "11 00 00000002";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00 00 00000000", // no type
                "09 00 00000000", // not given to a control frame yet
                "19 00 00000002", // events are for a later version
                "1a 00 00000002",
                "7f 00 00000002",
                "04 00 00000001 0000000000000001", // PING on a stream
                "04 01 00000000 0000000000000001", // PING with a flag
                "04 00 00000000 0000000000000001 00", // PING with a byte too many
                "07 00 00000000 00", // DRAIN with a body
                "06 00 00000000 0002 0161", // OPERATIONS that names fewer than it says
                "06 01 00000000 0000", // OPERATIONS that only promises more
                "06 00 00000000 0001 0120", // OPERATIONS with a bad name
                "08 00 00000000 0001", // GOODBYE cut short
                "08 01 00000000 0001 00 0000", // GOODBYE with a flag
                "10 00 00000000" + Hex.COMMAND_BODY, // COMMAND on no stream
                "10 00 00000002" + Hex.COMMAND_BODY, // COMMAND on a stream of ours
                "11 00 00000001", // ADMITTED on a stream of theirs
                "13 00 00000001 0000000000000000", // DATA on a stream of theirs
                "13 00 00000004 0000000000000000", // DATA on a stream that never was
                "14 00 00000000 0000000000000000", // COMPLETE on no stream
                "16 00 00000001 0000", // CANCEL of a stream that never was
                "16 00 00000002 0000", // CANCEL of a stream of ours
                "17 00 00000001 00000001", // CREDIT for a stream that never was
                "17 00 00000002 00000001", // CREDIT for a stream of ours
                "18 00 00000001 61", // CONTINUATION on a stream that never was
                "18 00 00000004 61",
                "18 00 00000002 61", // CONTINUATION of nothing
                "18 00 00000002", // CONTINUATION with nothing in it
                "13 00 00000002 0000000000000001", // DATA that begins with sequence 1
                "14 00 00000002 0000000000000001", // COMPLETE that counts DATA that never came
                "15 00 00000002 0000000000000001 0190 03 08 0000", // FAILED that does
                "12 00 00000002 61", // ACCEPTED with a payload
                "12 01 00000002 00000001", // ACCEPTED that promises one
                "13 08 00000002 0000000000000000", // DATA that is retryable
                "14 10 00000002 0000000000000000", // COMPLETE with an undefined flag
                "13 02 00000002 0000000000000000 05 61", // content type cut short
                "13 40 00000002 0000000000000000 0005 61", // header block cut short
                "13 01 00000002 0000000000000000 00000001 61", // split DATA that is whole
                "13 01 00000002 0000000000000000 80000000 61", // split DATA of 2 GiB
                "10 80 00000001" + Hex.COMMAND_BODY + "05 616c696365 0000 00000001", // a connector says who it is
            })
    void a_frame_that_cannot_be_ends_the_link(String frame) {
        End end = End.activeController();
        end.link.send(COMMAND, 1, 1000, "", "", 1, "mine");

        end.receiveFrame(frame);

        assertThat(end.handler.events).containsExactly("lost mine", "closed PROTOCOL_ERROR come back true");
        assertThat(end.socketClosed).isTrue();
        byte[] written = end.takeHandedOver();
        assertThat(Hex.text(written)).contains("08 00 00 00 00 00 00 06 01"); // GOODBYE, PROTOCOL_ERROR, come back
        end.allocator.assertAllReleased();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ACCEPTED + "|" + ACCEPTED,
                DATA_0 + "|" + ACCEPTED,
                DATA_0 + "|" + DATA_0,
                DATA_0 + "|" + COMPLETE_0,
                DATA_0 + "|13 00 00000002 0000000000000002",
                ADMITTED + "|" + ADMITTED,
                ACCEPTED + "|" + ADMITTED,
                "13 01 00000002 0000000000000000 00000003 61|" + DATA_1, // a part inside another
                "13 01 00000002 0000000000000000 00000003 61|" + ADMITTED,
                "13 01 00000002 0000000000000000 00000003 61|18 00 00000002 61", // the end, too early
                "13 01 00000002 0000000000000000 00000003 61|18 01 00000002 6162", // more, though it is whole
                "13 01 00000002 0000000000000000 00000003 61|18 01 00000002 616263", // more than it was to be
                "13 01 00000002 0000000000000000 00000003 61|18 01 00000002", // no progress
            })
    void parts_out_of_order_end_the_link(String frames) {
        End end = End.activeController();
        end.link.send(COMMAND, 1, 1000, "", "", 1, "mine");
        String[] each = frames.split("\\|");

        end.receiveFrame(each[0]);
        assertThat(end.handler.goodbye).isNull();
        end.receiveFrame(each[1]);

        assertThat(end.handler.goodbye.reason()).isEqualTo(CloseReason.PROTOCOL_ERROR);
        assertThat(end.handler.events).contains("lost mine");
        end.allocator.assertAllReleased();
    }

    @Test
    void a_command_on_a_stream_in_use_ends_the_link() {
        End end = End.activeController();
        end.receive(Hex.command(1));

        end.receive(Hex.command(1));

        assertThat(end.handler.commands).hasSize(1);
        assertThat(end.handler.events).contains("closed PROTOCOL_ERROR come back true");
    }

    @Test
    void one_stream_more_than_agreed_ends_the_link() {
        LinkSettings settings =
                new LinkSettings(64 * 1024, 1 << 20, 8192, 2, 1 << 20, Duration.ofSeconds(5), Duration.ofSeconds(10));
        End end = End.activeController(settings);
        end.receive(Hex.command(1));
        end.receive(Hex.command(3));
        end.link.part(end.handler.lastIn(), Part.complete(Payload.empty()).build());
        end.receive(Hex.command(5));
        assertThat(end.handler.commands).hasSize(3);

        end.receive(Hex.command(7));

        assertThat(end.handler.goodbye.message()).isEqualTo("more than 2 streams are open");
    }

    @Test
    void credit_of_zero_or_above_its_most_ends_the_link() {
        for (String credit : new String[] {"00000000", "80000000", "ffffffff"}) {
            End end = End.activeController();
            end.receive(Hex.command(1));

            end.receiveFrame("17 00 00000001" + credit);

            assertThat(end.handler.goodbye.reason()).isEqualTo(CloseReason.PROTOCOL_ERROR);
        }
    }

    @Test
    void an_initial_credit_above_its_most_ends_the_link() {
        End end = End.activeController();

        end.receiveFrame("10 00 00000001" + Hex.COMMAND_BODY.replace("00000000      ", "80000000      "));

        assertThat(end.handler.commands).isEmpty();
        assertThat(end.handler.goodbye.message()).contains("2147483648");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 5, 65533, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void a_length_out_of_range_ends_the_link_at_once(int length) {
        End end = End.activeController();
        long before = end.allocator.bytesGiven();

        end.receive(Hex.bytes(Hex.u32(length)));

        assertThat(end.handler.goodbye.reason()).isEqualTo(CloseReason.PROTOCOL_ERROR);
        assertThat(end.handler.goodbye.message()).contains(Integer.toUnsignedString(length));
        assertThat(end.allocator.bytesGiven() - before).isLessThanOrEqualTo(1024);
    }

    @Test
    void a_frame_of_exactly_the_limit_is_taken() {
        End end = End.activeController();
        byte[] frame = new byte[65536];
        byte[] start = Hex.bytes("0000fffc 80 00 00000000");
        System.arraycopy(start, 0, frame, 0, start.length);

        end.receive(frame);
        end.receive(Vector.named("ping").bytes());

        assertThat(end.handler.goodbye).isNull();
        assertThat(end.takeWritten()).hasSize(18);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00 02 6f20 03 746774 00 00", // operation "o "
                "00 00 03 746774 00 00", // no operation
                "00 02 6f70 00 00 00", // no target
                "00 02 6f70 03 74c3a4 00 00", // target "tä"
                "00 02 6f70 03 746774 01 2d 00", // instance "-"
                "00 02 6f70 03 746774 00 01 07", // content type of a control character
                "08 02 6f70 03 746774 00 00 02 c3a4", // key "ä"
                "10 02 6f70 03 746774 00 00 01 00", // traceparent NUL
                "40 02 6f70 03 746774 00 00 0001 05", // header block cut short
                "40 02 6f70 03 746774 00 00 0004 01 41 0000", // header name in upper case
            })
    void a_command_with_a_value_that_is_not_acceptable_is_refused_alone(String flagsAndNames) {
        End end = End.activeController();
        String flags = flagsAndNames.substring(0, 2);
        String names = flagsAndNames.substring(2);

        end.receiveFrame(
                "10" + flags + "00000001" + Hex.u64(1) + Hex.u64(2) + Hex.u64(1000) + Hex.u32(0) + "00" + names);

        assertThat(end.handler.events).isEmpty();
        assertThat(end.handler.goodbye).isNull();
        Part answer = readByConnector(end.takeWritten());
        CommandError error = answer.error().orElseThrow();
        assertThat(error.code()).isEqualTo(ErrorCode.INVALID_COMMAND);
        assertThat(error.outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(error.stage()).isEqualTo(Stage.INGRESS);
        end.receive(Hex.command(1)); // the number is free again
        assertThat(end.handler.commands).hasSize(1);
    }

    @Test
    void a_command_that_asks_for_more_than_a_week_is_refused_alone() {
        End end = End.activeController();

        end.receiveFrame("10 00 00000001" + Hex.COMMAND_BODY.replace("00000000000003e8", "ffffffffffffffff"));

        assertThat(readByConnector(end.takeWritten()).error().orElseThrow().code())
                .isEqualTo(ErrorCode.INVALID_COMMAND);
    }

    @Test
    void a_command_whose_time_is_spent_is_passed_on_as_spent() {
        End end = End.activeController();

        end.receiveFrame("10 00 00000001" + Hex.COMMAND_BODY.replace("00000000000003e8", "0000000000000000"));

        assertThat(end.handler.lastCommand().ttlNanos()).isZero();
    }

    @Test
    void commands_above_a_limit_are_refused_alone() {
        LinkSettings settings =
                new LinkSettings(16 * 1024, 1024, 10, 10, 1 << 20, Duration.ofSeconds(5), Duration.ofSeconds(10));
        End end = End.activeController(settings);

        end.receiveFrame("10 00 00000001" + Hex.COMMAND_BODY + "00".repeat(1025));
        assertThat(readByConnector(end.takeWritten()).error().orElseThrow().code())
                .isEqualTo(ErrorCode.PAYLOAD_TOO_LARGE);
        end.receiveFrame("10 01 00000003" + Hex.COMMAND_BODY + "00000401");
        assertThat(readByConnector(end.takeWritten()).error().orElseThrow().code())
                .isEqualTo(ErrorCode.PAYLOAD_TOO_LARGE);
        end.receiveFrame("10 40 00000005" + Hex.COMMAND_BODY + "000b 01 61 0007" + "61".repeat(7));
        assertThat(readByConnector(end.takeWritten()).error().orElseThrow().code())
                .isEqualTo(ErrorCode.HEADERS_TOO_LARGE);

        assertThat(end.handler.commands).isEmpty();
        end.receiveFrame("10 40 00000007" + Hex.COMMAND_BODY + "000a 01 61 0006" + "61".repeat(6) + "00".repeat(1024));
        assertThat(end.handler.commands).hasSize(1);
        end.receiveFrame("18 00 00000003" + "00".repeat(1025)); // the end of the refused one
        end.receive(Hex.command(3));
        assertThat(end.handler.commands).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "13 04 00000002 0000000000000000 0001", // suggested status 1
                "13 02 00000002 0000000000000000 01 07", // content type of a control character
                "13 40 00000002 0000000000000000 0001 05", // header block cut short
                "12 04 00000002 0258", // status 600
            })
    void a_part_with_a_value_that_is_not_acceptable_ends_its_stream_alone(String frame) {
        End end = End.activeController();
        OutStream stream = end.link.send(COMMAND, 1, 1000, "", "", 1, null);
        end.takeWritten();

        end.receiveFrame(frame);

        assertThat(end.handler.events).hasSize(1);
        CommandError error = end.handler.lastPart().error().orElseThrow();
        assertThat(error.code()).isEqualTo(ErrorCode.BAD_REPLY);
        assertThat(error.outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(stream.isClosed()).isTrue();
        assertThat(Hex.text(end.takeWritten())).contains("16 00 00 00 00 02"); // CANCEL
        end.receiveFrame(DATA_1);
        assertThat(end.handler.events).hasSize(1);
        assertThat(end.link.lateFrames()).isEqualTo(1);
    }

    @Test
    void a_terminal_with_a_value_that_is_not_acceptable_is_a_lost_reply_and_needs_no_cancel() {
        End end = End.activeController();
        end.link.send(COMMAND, 1, 1000, "", "", 1, null);
        end.takeWritten();

        end.receiveFrame("14 04 00000002 0000000000000000 0001");

        assertThat(end.handler.lastPart().error().orElseThrow().outcome()).isEqualTo(Outcome.REPLY_LOST);
        assertThat(end.takeWritten()).isEmpty();
    }

    @Test
    void a_part_above_the_limit_of_this_end_is_a_lost_reply_and_is_cancelled() {
        LinkSettings settings =
                new LinkSettings(16 * 1024, 1024, 10, 10, 1 << 20, Duration.ofSeconds(5), Duration.ofSeconds(10));
        for (String frame : new String[] {
            "13 00 00000002 0000000000000000" + "00".repeat(1025),
            "13 01 00000002 0000000000000000 00000401",
            "14 01 00000002 0000000000000000 00000401",
            "13 40 00000002 0000000000000000 000b 01 61 0007" + "61".repeat(7)
        }) {
            End end = End.activeController(settings);
            end.link.send(COMMAND, 1, 1000, "", "", 1, null);
            end.takeWritten();

            end.receiveFrame(frame);

            CommandError error = end.handler.lastPart().error().orElseThrow();
            assertThat(error.code()).isEqualTo(ErrorCode.REPLY_TOO_LARGE);
            assertThat(error.outcome()).isEqualTo(Outcome.REPLY_LOST);
            assertThat(Hex.text(end.takeWritten())).contains("16 00 00 00 00 02");
            assertThat(end.handler.goodbye).isNull();
        }
    }

    @Test
    void numbers_of_a_later_version_are_read_as_the_most_careful_ones() {
        End end = End.activeController();
        end.link.send(COMMAND, 1, 0, "", "", 1, null);

        end.receiveFrame("15 00 00000002 0000000000000000 03e7 09 ff 0000");

        assertThat(end.handler.lastPart().error().orElseThrow())
                .isEqualTo(new CommandError(ErrorCode.UNRECOGNIZED, Outcome.UNKNOWN, false, Stage.REPLY_WAIT, ""));
    }

    @Test
    void frames_for_streams_that_ended_here_are_counted_and_dropped() {
        End end = End.activeController();
        OutStream sent = end.link.send(COMMAND, 1, 1000, "", "", 1, null);
        end.link.cancel(sent, "enough");
        end.receive(Hex.command(1));
        end.link.part(end.handler.lastIn(), Part.complete(Payload.empty()).build());
        end.handler.events.clear();

        end.receiveFrame(ADMITTED);
        end.receiveFrame(ACCEPTED);
        end.receiveFrame(DATA_0);
        end.receiveFrame("13 01 00000002 0000000000000001 00000002 61");
        end.receiveFrame("18 00 00000002 61");
        end.receiveFrame("14 00 00000002 0000000000000007");
        end.receiveFrame("17 00 00000001 00000001");
        end.receiveFrame("16 00 00000001 0000");

        assertThat(end.handler.events).isEmpty();
        assertThat(end.link.lateFrames()).isEqualTo(8);
    }

    @Test
    void a_reply_to_somebody_elses_stream_goes_nowhere() {
        End first = End.activeController();
        first.link.send(COMMAND, 1, 1000, "", "", 1, "first");
        End second = End.activeController();

        second.receiveFrame(COMPLETE_0);

        assertThat(second.handler.goodbye.reason()).isEqualTo(CloseReason.PROTOCOL_ERROR);
        assertThat(first.handler.events).isEmpty();
    }

    @Test
    void a_controller_may_leave_out_who_sent_a_command() {
        End end = End.activeConnector();

        end.receive(Hex.command(2));

        assertThat(end.handler.events).containsExactly("command op of tgt credit 0 from '' as '' attempt 1");
    }

    @Test
    void an_attempt_of_zero_ends_the_link() {
        End end = End.activeConnector();

        end.receiveFrame("10 80 00000002" + Hex.COMMAND_BODY + "00 0000 00000000");

        assertThat(end.handler.goodbye.reason()).isEqualTo(CloseReason.PROTOCOL_ERROR);
    }

    @Test
    void more_operations_than_a_connector_may_name_end_the_link() {
        End end = End.activeController();
        StringBuilder names = new StringBuilder();
        for (int i = 0; i < 513; i++) {
            names.append(String.format("02 %04x", 0x4141 + (i / 26 << 8) + i % 26));
        }
        end.receiveFrame("06 01 00000000 0201" + names);
        assertThat(end.handler.goodbye).isNull();

        end.receiveFrame("06 00 00000000 0201" + names.toString().replace("02 ", "03 61"));

        assertThat(end.handler.goodbye.message()).isEqualTo("more than 1024 operations");
    }

    /** Reads frames at a connector's end that has one command under way on each of its first streams. */
    private static Part readByConnector(byte[] frames) {
        End connector = End.activeConnector();
        for (int i = 0; i < 5; i++) {
            connector.link.send(COMMAND, 1, 1000, "", "", 1, null);
        }
        connector.receive(frames);
        return connector.handler.lastPart();
    }
}
