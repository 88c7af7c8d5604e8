package io.sommelier.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandTest {
    private static Command.Builder pour() {
        return Command.to("cellar", "pour");
    }

    @Test
    void builderThatIsToldNothingMoreGivesItsDefaults() {
        Command command = pour().build();

        assertThat(command.ttl()).isEqualTo(Duration.ofSeconds(30));
        assertThat(command.headers()).isSameAs(Headers.none());
        assertThat(command.contentType()).isEmpty();
        assertThat(command.payload().isEmpty()).isTrue();
        assertThat(command.durable()).isFalse();
        assertThat(command.idempotent()).isFalse();
        assertThat(command.idempotencyKey()).isEmpty();
        assertThat(command.traceparent()).isEmpty();
        assertThat(command.replayOf()).isEmpty();
        assertThat(command.id()).isNotEqualTo(pour().build().id());
    }

    @Test
    void builderOfACommandStartsWithAllOfIt() {
        Command command = Command.to(new Target("cellar", "north"), "pour")
                .id(new CommandId(1, 2))
                .ttl(Duration.ofMillis(1500))
                .headers(Headers.of("a", "1"))
                .contentType("text/plain")
                .payload(Payload.ofText("claret"))
                .durable(true)
                .idempotent(true)
                .idempotencyKey("order 7")
                .traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
                .replayOf(new CommandId(3, 4))
                .build();

        Command again = command.toBuilder().build();

        assertThat(again).usingRecursiveComparison().isEqualTo(command);
        assertThat(again.replayOf()).contains(new CommandId(3, 4));
        assertThat(again.target()).hasToString("cellar/north");
    }

    @ParameterizedTest
    @ValueSource(strings = {"p", "pour", "Pour.2_x:y-z", "0"})
    void namesOfTheGrammarAreTaken(String name) {
        Command command = Command.to(new Target(name, name), name).build();

        assertThat(command.operation()).isEqualTo(name);
        assertThat(command.target().namesInstance()).isTrue();
    }

    @Test
    void operationOfNoCharactersIsRefused() {
        assertThatThrownBy(() -> Command.to("cellar", "").build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("operation has 0 characters, allowed are 1 to 128");
    }

    @ParameterizedTest
    @CsvSource({"-pour, 0", "po ur, 2", "pour/, 4", "poür, 2"})
    void operationOutsideTheGrammarIsRefusedWithTheCharacterAndWhatIsAllowed(String operation, int at) {
        assertThatThrownBy(() -> Command.to("cellar", operation).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("operation '" + operation + "' has a character at " + at
                        + " that is not allowed: use letters, digits and, after the first, . _ : -");
    }

    @Test
    void namesOf128CharactersAreTakenAndOneMoreIsNot() {
        String longest = "n".repeat(128);

        assertThat(Target.of(longest).targetId()).isEqualTo(longest);
        assertThatThrownBy(() -> Target.of(longest + "n"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("targetId has 129 characters, allowed are 1 to 128");
        assertThatThrownBy(() -> new Target("cellar", longest + "n"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("instance has 129 characters, allowed are 1 to 128");
    }

    @Test
    void targetWithoutInstanceIsAnyMember() {
        assertThat(Target.of("cellar").namesInstance()).isFalse();
        assertThat(Target.of("cellar")).hasToString("cellar");
        assertThatThrownBy(() -> Target.of("")).hasMessage("targetId has 0 characters, allowed are 1 to 128");
    }

    @Test
    void timeToLiveWithinItsBoundsIsTaken() {
        assertThat(pour().ttl(Duration.ofNanos(1)).build().ttlNanos()).isEqualTo(1);
        assertThat(pour().ttl(Command.MAX_TTL).build().ttl()).isEqualTo(Duration.ofDays(7));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-1S", "PT168H0.000000001S", "P365000000D"})
    void timeToLiveOutOfBoundsIsRefusedWithWhatIsAllowed(Duration ttl) {
        assertThatThrownBy(() -> pour().ttl(ttl))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("ttl " + ttl + " is out of range, allowed is more than 0 and at most PT168H");
    }

    @Test
    void remainingTimeMayBeSpentButNotBeLongerThanTheLongest() {
        assertThat(pour().remainingNanos(0).build().ttlNanos()).isZero();
        assertThat(pour().remainingNanos(-5).build().ttl()).isNegative();
        assertThatThrownBy(() -> pour().remainingNanos(Command.MAX_TTL.toNanos() + 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("remaining time 604800000000001 ns is more than PT168H");
    }

    @Test
    void textsOf255CharactersAreTakenAndOneMoreIsNot() {
        String longest = "t".repeat(255);
        String tooLong = longest + "t";

        Command command = pour().contentType(longest)
                .idempotencyKey(longest)
                .traceparent(longest)
                .build();

        assertThat(command.idempotencyKey()).isEqualTo(longest);
        assertThatThrownBy(() -> pour().contentType(tooLong))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("contentType has 256 characters, allowed are at most 255");
        assertThatThrownBy(() -> pour().idempotencyKey(tooLong))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("idempotencyKey has 256 characters, allowed are at most 255");
        assertThatThrownBy(() -> pour().traceparent(tooLong))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("traceparent has 256 characters, allowed are at most 255");
    }

    @Test
    void textsMustBePrintableAscii() {
        assertThatThrownBy(() -> pour().contentType("text/\nplain"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("contentType has a character at 5 that is not printable ASCII");
        assertThatThrownBy(() -> pour().idempotencyKey("é"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("idempotencyKey has a character at 0 that is not printable ASCII");
        assertThatThrownBy(() -> pour().traceparent("\u007f"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("traceparent has a character at 0 that is not printable ASCII");
    }

    @Test
    void nullIsRefusedWhereItIsGiven() {
        assertThatThrownBy(() -> pour().payload(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("payload");
        assertThatThrownBy(() -> pour().headers(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("headers");
        assertThatThrownBy(() -> Command.to((Target) null, "pour")).hasMessage("target");
    }

    @Test
    void textFormShowsNoHeadersAndNoPayload() {
        Command command = pour().id(new CommandId(0, 1))
                .headers(Headers.of("authorization", "secret"))
                .payload(Payload.ofText("secret"))
                .build();

        assertThat(command).hasToString("Command[00000000-0000-0000-0000-000000000001 pour -> cellar]");
    }

    @Test
    void aCommandHasNoHopsUntilAHandlerSendsOneAfterAnother() {
        Command first = pour().build();
        Command second = pour().after(handled(first)).build();
        Command third = pour().after(handled(second)).build();

        assertThat(List.of(first.hops(), second.hops(), third.hops())).containsExactly(0, 1, 2);
    }

    @Test
    void hopsAreRaisedAndNeverTakenOff() {
        Command raised = pour().hops(7).hops(3).build();

        assertThat(raised.hops()).isEqualTo(7);
        assertThat(raised.toBuilder().hops(0).build().hops()).isEqualTo(7);
        assertThat(raised.toBuilder().after(handled(pour().build())).build().hops())
                .isEqualTo(7);
        assertThat(pour().after(handled(pour().hops(255).build())).build().hops())
                .isEqualTo(255);
    }

    @Test
    void hopsOutOfRangeAreRefused() {
        assertThatThrownBy(() -> pour().hops(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("hops -1 is out of range, allowed are 0 to 255");
        assertThatThrownBy(() -> pour().hops(256))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("hops 256 is out of range, allowed are 0 to 255");
    }

    @Test
    void aCommandAfterAnotherHasItsTraceContextUnlessItHasOneOfItsOwn() {
        Invocation traced = handled(pour().traceparent("00-a-b-01").build());

        assertThat(pour().after(traced).build().traceparent()).isEqualTo("00-a-b-01");
        assertThat(pour().traceparent("own").after(traced).build().traceparent())
                .isEqualTo("own");
        assertThat(pour().after(traced).traceparent("own").build().traceparent())
                .isEqualTo("own");
    }

    private static Invocation handled(Command command) {
        return new Invocation(command, "", "", 1, System::nanoTime);
    }

    @Test
    void invocationCountsItsTimeDownOnTheGivenClock() {
        AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 10);
        Invocation invocation =
                new Invocation(pour().ttl(Duration.ofNanos(100)).build(), "caller", "ann", 2, clock::get);

        clock.addAndGet(60);
        Duration left = invocation.remaining();
        clock.addAndGet(60);

        assertThat(left).isEqualTo(Duration.ofNanos(40));
        assertThat(invocation.remaining()).isZero();
        assertThat(invocation.remainingNanos()).isEqualTo(-20);
        assertThat(invocation.source()).isEqualTo("caller");
        assertThat(invocation.principal()).isEqualTo("ann");
        assertThat(invocation.attempt()).isEqualTo(2);
    }
}
