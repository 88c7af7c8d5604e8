package io.sommelier.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Names and numbers that are API: they travel on the wire, and are written down here a second time so that nobody changes one by accident. */
class NumbersTest {
    /** name, number, whether it is retryable by nature */
    private static final String ERROR_CODES = """
            UNRECOGNIZED          0 false
            INVALID_COMMAND     100 false
            PAYLOAD_TOO_LARGE   101 false
            HEADERS_TOO_LARGE   102 false
            UNAUTHENTICATED     110 false
            FORBIDDEN           111 false
            QUOTA_EXCEEDED      112 true
            DUPLICATE_COMMAND   120 false
            IDEMPOTENCY_CONFLICT 121 false
            UNSUPPORTED         122 false
            TOO_MANY_HOPS       123 false
            UNKNOWN_TARGET      200 false
            UNKNOWN_OPERATION   201 false
            NO_MEMBER           202 true
            NO_INSTANCE         203 true
            OVERLOADED          204 true
            DRAINING            205 true
            MAILBOX_UNAVAILABLE 206 true
            ARCHIVE_UNAVAILABLE 207 true
            EXPIRED             300 false
            CANCELLED           301 false
            MEMBER_GONE         302 false
            STREAM_IDLE         303 false
            ATTEMPTS_EXHAUSTED  304 false
            CONTROLLER_GONE     305 false
            HANDLER_FAILED      400 false
            MEMBER_BUSY         401 true
            BAD_REPLY           402 false
            REPLY_TOO_LARGE     410 false
            REPLY_DENIED        411 false
            CALLER_GONE         412 false
            REPLY_NOT_KEPT      413 false
            INTERNAL            500 false
            PROTOCOL_ERROR      501 false
            """;

    private static final String OUTCOMES = """
            NOT_SENT   1
            REFUSED    2
            EXECUTED   3
            REPLY_LOST 4
            UNKNOWN    5
            """;

    private static final String STAGES = """
            INGRESS       1
            PIPELINE      2
            ROUTING       3
            SEND_QUEUE    4
            MAILBOX       5
            HOLD          6
            MEMBER_QUEUE  7
            EXECUTION     8
            REPLY_WAIT    9
            STREAM       10
            RETURN       11
            """;

    private static final String CLOSE_REASONS = """
            OTHER               0
            NORMAL              1
            SHUTDOWN            2
            LOST                3
            HEARTBEAT_TIMEOUT   4
            HELLO_TIMEOUT       5
            PROTOCOL_ERROR      6
            VERSION_MISMATCH    7
            UNAUTHENTICATED     8
            FORBIDDEN           9
            DUPLICATE_INSTANCE 10
            TAKEN_OVER         11
            OVERLOADED         12
            BAD_HELLO          13
            """;

    private static Map<String, String> rows(String table) {
        Map<String, String> rows = new LinkedHashMap<>();
        table.lines().forEach(line -> rows.put(line.split(" +", 2)[0], line.split(" +", 2)[1].trim()));
        return rows;
    }

    private static <T extends Enum<T>> Map<String, String> rows(T[] all, Function<T, Object> text) {
        Map<String, String> rows = new LinkedHashMap<>();
        Arrays.stream(all).forEach(one -> rows.put(one.name(), text.apply(one).toString()));
        return rows;
    }

    @Test
    void errorCodesKeepTheirNamesNumbersAndNature() {
        Map<String, String> now = rows(ErrorCode.values(), code -> code.number() + " " + code.retryable());

        assertThat(now).isEqualTo(rows(ERROR_CODES));
    }

    @Test
    void outcomesKeepTheirNamesAndNumbers() {
        Map<String, String> now = rows(Outcome.values(), Outcome::number);

        assertThat(now).isEqualTo(rows(OUTCOMES));
    }

    @Test
    void stagesKeepTheirNamesAndNumbers() {
        Map<String, String> now = rows(Stage.values(), Stage::number);

        assertThat(now).isEqualTo(rows(STAGES));
    }

    @Test
    void closeReasonsKeepTheirNamesAndNumbers() {
        Map<String, String> now = rows(CloseReason.values(), CloseReason::number);

        assertThat(now).isEqualTo(rows(CLOSE_REASONS));
    }

    @Test
    void everyNumberLeadsBackToItsConstant() {
        for (ErrorCode code : ErrorCode.values()) {
            assertThat(ErrorCode.ofNumber(code.number())).isSameAs(code);
        }
        for (Outcome outcome : Outcome.values()) {
            assertThat(Outcome.ofNumber(outcome.number())).isSameAs(outcome);
        }
        for (Stage stage : Stage.values()) {
            assertThat(Stage.ofNumber(stage.number())).isSameAs(stage);
        }
        for (CloseReason reason : CloseReason.values()) {
            assertThat(CloseReason.ofNumber(reason.number())).isSameAs(reason);
        }
    }

    @Test
    void numbersOfANewerPeerAreReadAsTheMostCarefulConstant() {
        int[] unknown = {-1, 99, 999, Integer.MAX_VALUE, Integer.MIN_VALUE};

        for (int number : unknown) {
            assertThat(ErrorCode.ofNumber(number)).isEqualTo(ErrorCode.UNRECOGNIZED);
            assertThat(Outcome.ofNumber(number)).isEqualTo(Outcome.UNKNOWN);
            assertThat(Stage.ofNumber(number)).isEqualTo(Stage.REPLY_WAIT);
            assertThat(CloseReason.ofNumber(number)).isEqualTo(CloseReason.OTHER);
        }
        assertThat(Outcome.ofNumber(0)).isEqualTo(Outcome.UNKNOWN);
        assertThat(Stage.ofNumber(0)).isEqualTo(Stage.REPLY_WAIT);
    }

    @Test
    void onlyCompleteAndFailedEndAReply() {
        assertThat(Arrays.stream(PartStatus.values()).filter(PartStatus::isTerminal))
                .containsExactly(PartStatus.COMPLETE, PartStatus.FAILED);
    }
}
