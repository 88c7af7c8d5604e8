package io.sommelier.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandId;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Headers;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Payload;
import io.sommelier.api.Stage;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What goes in at one end comes out at the other. */
class LinkPairTest {
    private final Pair pair = Pair.active();

    @AfterEach
    void nothingLeaks() {
        pair.assertNothingLeaks();
    }

    @Test
    void a_command_down_arrives_with_all_its_fields() {
        Command command = Command.to(new io.sommelier.api.Target("tgt", "inst-7"), "do.it")
                .id(new CommandId(1, 2))
                .ttl(Duration.ofMillis(1500))
                .headers(Headers.of("x-a", "ü"))
                .contentType("text/plain")
                .payload(Payload.ofText("hello"))
                .durable(true)
                .idempotent(true)
                .idempotencyKey("key-1")
                .traceparent("00-aa-bb-01")
                .replayOf(new CommandId(3, 4))
                .hops(5)
                .build();

        pair.sendDown(command, 1000);

        assertThat(pair.connector.handler.events)
                .containsExactly("command do.it of tgt/inst-7 credit 1000 from 'src-1' as 'alice' attempt 2");
        Command arrived = pair.connector.handler.lastCommand();
        assertThat(arrived)
                .usingRecursiveComparison()
                .ignoringFields("headers.decoded")
                .isEqualTo(command);
    }

    @Test
    void a_minimal_command_up_arrives_with_nobody_as_its_sender() {
        pair.sendUp(Command.to("tgt", "op").build(), 0);

        assertThat(pair.controller.handler.events)
                .containsExactly("command op of tgt credit 0 from '' as '' attempt 1");
        assertThat(pair.controller.handler.lastCommand().headers()).isSameAs(Headers.none());
        assertThat(pair.controller.handler.lastCommand().payload().isEmpty()).isTrue();
    }

    @Test
    void a_streamed_reply_arrives_in_order_and_closes_both_ends() {
        OutStream sent = pair.sendDown(Command.to("tgt", "op").build(), 1000);
        InStream taken = pair.connector.handler.lastIn();

        pair.connector.link.admitted(taken);
        pair.connector.link.part(
                taken, Part.accepted().contentType("a/b").suggestedStatus(206).build());
        pair.connector.link.part(taken, data("one", 0));
        pair.connector.link.part(taken, data("two", 1));
        pair.connector.link.part(
                taken, Part.complete(Payload.ofText("end")).finalCount(2).build());
        pair.exchange();

        assertThat(pair.controller.handler.events)
                .containsExactly(
                        "admitted",
                        "Part[ACCEPTED]",
                        "Part[DATA 0, 3 bytes]",
                        "Part[DATA 1, 3 bytes]",
                        "Part[COMPLETE after 2, 3 bytes]");
        assertThat(pair.controller.handler.parts.get(0).contentType()).isEqualTo("a/b");
        assertThat(pair.controller.handler.parts.get(0).suggestedStatus()).isEqualTo(206);
        assertThat(pair.controller.handler.parts.get(2).payload().asText()).isEqualTo("two");
        assertThat(sent.isClosed()).isTrue();
        assertThat(taken.isClosed()).isTrue();
    }

    @Test
    void a_failure_arrives_with_its_whole_error() {
        pair.sendUp(Command.to("tgt", "op").build(), 0);
        CommandError error =
                new CommandError(ErrorCode.MEMBER_BUSY, Outcome.REFUSED, true, Stage.MEMBER_QUEUE, "voll, später");

        pair.controller.link.part(
                pair.controller.handler.lastIn(),
                Part.failed(error)
                        .payload(Payload.ofText("why"))
                        .headers(Headers.of("a", "b"))
                        .build());
        pair.exchange();

        Part part = pair.connector.handler.lastPart();
        assertThat(part.status()).isEqualTo(PartStatus.FAILED);
        assertThat(part.error()).contains(error);
        assertThat(part.payload().asText()).isEqualTo("why");
        assertThat(part.headers().first("a")).contains("b");
    }

    static Part data(String text, long sequence) {
        return Part.data(Payload.ofText(text)).sequence(sequence).build();
    }
}
