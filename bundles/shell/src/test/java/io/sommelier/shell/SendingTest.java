package io.sommelier.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sommelier.api.Call;
import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.CommandId;
import io.sommelier.api.CommandSender;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.Reply;
import io.sommelier.api.ReplyListener;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class SendingTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final List<String> told = new ArrayList<>();
    private final CompletableFuture<Reply> result = new CompletableFuture<>();
    private final Command command = Command.to("cellar", "pour").build();

    private Sending sending(Part... parts) {
        CommandSender sender = new CommandSender() {
            @Override
            public Call send(Command sent) {
                return new FakeCall(sent);
            }

            @Override
            public Call send(Command sent, ReplyListener listener) {
                FakeCall call = new FakeCall(sent);
                for (Part part : parts) {
                    listener.part(call, part);
                }
                return call;
            }
        };
        return new Sending(sender, printing(out));
    }

    private static PrintStream printing(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    private final class FakeCall implements Call {
        private final Command sent;

        FakeCall(Command sent) {
            this.sent = sent;
        }

        @Override
        public CommandId id() {
            return sent.id();
        }

        @Override
        public CompletionStage<Void> admitted() {
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<Reply> result() {
            return result;
        }

        @Override
        public void request(long bytes) {
            told.add("request " + bytes);
        }

        @Override
        public void cancel(String reason) {
            told.add("cancel");
        }
    }

    private static Reply reply(String text) {
        return new Reply(List.of(), Part.complete(Payload.ofText(text)).build());
    }

    @Test
    void aReplyIsPrintedOnALineOfItsOwn() throws InterruptedException {
        result.complete(reply("red"));

        boolean isCompleted = sending().send(command, false);

        assertThat(isCompleted).isTrue();
        assertThat(out).hasToString("red" + System.lineSeparator());
    }

    @Test
    void partsArePrintedAsTheyComeAndCreditIsGivenForThem() throws InterruptedException {
        result.complete(reply(""));

        Part one = Part.data(Payload.ofText("one\n")).build();
        Part two = Part.data(Payload.ofText("two\n")).build();

        sending(one, two, Part.complete(Payload.empty()).build()).send(command, true);

        assertThat(out).hasToString("one\ntwo\n");
        assertThat(told).containsExactly("request " + one.cost(), "request " + two.cost());
    }

    @Test
    void aFailureSaysWhatIsTrueOfTheCommand() throws InterruptedException {
        result.completeExceptionally(new CommandException(CommandError.executed("the cellar is dry")));

        boolean isCompleted = sending().send(command, false);

        assertThat(isCompleted).isFalse();
        assertThat(out)
                .hasToString("HANDLER_FAILED (EXECUTED at EXECUTION): the cellar is dry" + System.lineSeparator());
    }

    @Test
    void anInterruptCancelsTheCommand() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> sending().send(command, false)).isInstanceOf(InterruptedException.class);
        assertThat(told).containsExactly("cancel");
    }

    @Test
    void timesAreReadAsInConfigurationFiles() {
        assertThat(Span.parse("--ttl", "250ms")).isEqualTo(Duration.ofMillis(250));
        assertThat(Span.parse("--ttl", "5s")).isEqualTo(Duration.ofSeconds(5));
        assertThat(Span.parse("--ttl", "2m")).isEqualTo(Duration.ofMinutes(2));
        assertThat(Span.parse("--ttl", "1h")).isEqualTo(Duration.ofHours(1));
        assertThatThrownBy(() -> Span.parse("--ttl", "5")).hasMessageContaining("250ms, 5s, 2m or 1h");
    }
}
