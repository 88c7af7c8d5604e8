package io.sommelier.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.conformance.PlainConnector.Fault;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each rule finds the connector that breaks it, and none finds one that keeps them all. */
@Timeout(60)
class RulesTest {
    private static final Duration LIMIT = Duration.ofSeconds(2);

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    private List<Report.Line> look(Set<String> only, Fault... faults) {
        Report report = new Report(new PrintStream(printed, true, StandardCharsets.UTF_8));
        return report.run(
                chosen(Rules.all(), only),
                chosen(Rules.slow(), only),
                () -> new Kit(new PlainConnector(faults), Listener.Transport.TCP, LIMIT));
    }

    private static List<Rule> chosen(List<Rule> rules, Set<String> only) {
        return only.isEmpty()
                ? rules
                : rules.stream().filter(rule -> only.contains(rule.id())).toList();
    }

    @Test
    void aConnectorThatKeepsTheProtocolIsSaidToDoSo() {
        List<Report.Line> lines = look(Set.of());

        assertThat(lines)
                .as(() -> printed.toString(StandardCharsets.UTF_8))
                .allMatch(line -> line.finding() == Report.Finding.KEPT);
        assertThat(lines).hasSize(Rules.all().size() + Rules.slow().size());
    }

    @ParameterizedTest
    @CsvSource({
        "SAYS_NOTHING,                hello",
        "NO_MAGIC,                    hello",
        "WRONG_ROLE,                  hello",
        "BAD_INSTANCE,                hello",
        "OPERATIONS_BEFORE_WELCOME,   hello-waits",
        "DEAF_BEFORE_WELCOME,         hello-ping",
        "READS_WELCOME_STRICTLY,      welcome-later-fields",
        "IGNORES_AGREED_FRAME,        welcome-limits",
        "STORMS_BACK,                 refused-come-back",
        "COMES_BACK_THOUGH_REFUSED,   refused-stay-away",
        "COMES_BACK_THOUGH_SENT_AWAY, goodbye-stay-away",
        "NEVER_COMES_BACK,            goodbye-come-back",
        "FORGETS_TOKEN,               resume",
        "NEW_INSTANCE_EACH_TIME,      resume",
        "NO_PONG,                     ping",
        "WRONG_PONG,                  ping",
        "CHOKES_ON_IGNORABLE,         ignorable",
        "ANSWERS_TWICE,               single",
        "NEVER_ANSWERS,               single",
        "WRONG_COUNT,                 single",
        "GAP_IN_SEQUENCE,             stream",
        "ACCEPTS_TWICE,               single",
        "ACCEPTS_BEHIND_DATA,         stream",
        "UNDEFINED_FLAG,              single",
        "WRONG_STREAM,                stream",
        "WRONG_CODE_FOR_UNKNOWN,      unknown-operation",
        "DROPS_LINK_ON_FAILURE,       failing",
        "NO_CHECK_OF_NAMES,           bad-operation",
        "FORGETS_PIECES,              split",
        "LOSES_A_PIECE,               split",
        "GOES_ON_AFTER_CANCEL,        stream-cancel",
        "IGNORES_CREDIT,              no-credit",
        "COUNTS_PAYLOAD_ONLY,         credit",
        "FORGIVES_DEBT,               credit",
        "ONE_AT_A_TIME,               stalled-beside",
        "HEALTH_NAMED_ONLY,           health",
        "HEALTH_AS_STREAM,            health",
        "HEALTH_IS_A_NOVEL,           health",
        "HEALTH_BEHIND_THE_REST,      health-busy",
        "DROPS_ON_DRAIN,              drain",
        "ANSWERS_GOODBYE_NOT,         goodbye-come-back",
        "LEAVES_WITHOUT_GOODBYE,      asked-to-end",
        "TOLERATES_ALL,               error-unknown-type",
        "NO_PINGS,                    heartbeat",
        "PATIENT_FOR_EVER,            silence",
        "WAITS_FOR_WELCOME_FOR_EVER,  hello-unanswered",
    })
    void aBrokenRuleIsFound(Fault fault, String rule) {
        List<Report.Line> lines = look(Set.of(rule), fault);

        assertThat(lines)
                .as(() -> printed.toString(StandardCharsets.UTF_8))
                .singleElement()
                .satisfies(line -> {
                    assertThat(line.finding()).isEqualTo(Report.Finding.BROKEN);
                    assertThat(line.why()).isNotEmpty();
                });
    }

    private List<Report.Line> lookAtJson(Set<String> only, PlainJsonConnector.Fault... faults) {
        Report report = new Report(new PrintStream(printed, true, StandardCharsets.UTF_8));
        return report.run(
                chosen(
                        Stream.concat(HelloRules.all().stream().limit(1), Rules.ofJson().stream())
                                .toList(),
                        only),
                List.of(),
                () -> new Kit(new PlainJsonConnector(faults), Listener.Transport.JSON, LIMIT));
    }

    @Test
    void aConnectorThatKeepsTheJsonFormIsSaidToDoSo() {
        assertThat(lookAtJson(Set.of()))
                .as(() -> printed.toString(StandardCharsets.UTF_8))
                .hasSize(1 + Rules.ofJson().size())
                .allMatch(line -> line.finding() == Report.Finding.KEPT);
    }

    @ParameterizedTest
    @CsvSource({
        "SAYS_BINARY,            hello",
        "PONGS_NOT,              json-ping",
        "PONGS_ANYTHING,         json-ping",
        "FORGETS_FRAGMENTS,      json-fragments",
        "WANTS_ITS_ORDER,        json-blanks",
        "CUTS_CHARACTERS,        json-characters",
        "TAKES_TEXT_ALONE,       json-json",
        "TAKES_NO_BASE64,        json-base64",
        "LEAVES_A_CLOSE_OPEN,    json-closed",
        "STAYS_AWAY_WHEN_CLOSED, json-closed",
        "CLOSES_WITHOUT_CODE,    json-close-code",
        "TOLERATES_NO_JSON,      error-json-none",
        "TOLERATES_ARRAYS,       error-json-object",
        "TOLERATES_TYPES,        error-json-type",
        "TOLERATES_MISSING,      error-json-member",
        "TOLERATES_KINDS,        error-json-kind",
        "TOLERATES_BINARY,       error-json-binary",
    })
    void aBrokenRuleOfTheJsonFormIsFound(PlainJsonConnector.Fault fault, String rule) {
        assertThat(lookAtJson(Set.of(rule), fault))
                .as(() -> printed.toString(StandardCharsets.UTF_8))
                .singleElement()
                .satisfies(line -> {
                    assertThat(line.finding()).isEqualTo(Report.Finding.BROKEN);
                    assertThat(line.why()).isNotEmpty();
                });
    }

    @Test
    void everyFaultOfTheJsonFormIsLookedFor() throws Exception {
        CsvSource source = RulesTest.class
                .getDeclaredMethod("aBrokenRuleOfTheJsonFormIsFound", PlainJsonConnector.Fault.class, String.class)
                .getAnnotation(CsvSource.class);

        assertThat(Stream.of(source.value())
                        .map(row -> PlainJsonConnector.Fault.valueOf(
                                row.substring(0, row.indexOf(',')).strip())))
                .containsExactlyInAnyOrderElementsOf(EnumSet.allOf(PlainJsonConnector.Fault.class));
    }

    @Test
    void everyFaultIsLookedFor() throws Exception {
        CsvSource source = RulesTest.class
                .getDeclaredMethod("aBrokenRuleIsFound", Fault.class, String.class)
                .getAnnotation(CsvSource.class);

        assertThat(Stream.of(source.value())
                        .map(row ->
                                Fault.valueOf(row.substring(0, row.indexOf(',')).strip())))
                .containsExactlyInAnyOrderElementsOf(EnumSet.allOf(Fault.class));
    }
}
