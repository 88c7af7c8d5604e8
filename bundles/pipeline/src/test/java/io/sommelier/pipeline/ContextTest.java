package io.sommelier.pipeline;

import static io.sommelier.pipeline.Fixtures.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.spi.Context;
import io.sommelier.spi.Phase;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What a handler sees of a command, and may do with it. */
class ContextTest {
    private final HandlerChain chain = chain();
    private final RecordingEnd end = new RecordingEnd();
    private final AtomicInteger checked = new AtomicInteger();

    private void onTheWayDown(Consumer<Context> check) {
        chain.add(onDown(check.andThen(context -> checked.incrementAndGet())), in(Phase.VALIDATE));
        executed(chain, end);
        assertThat(checked).hasValue(1);
    }

    private void onTheWayUp(Part part, Consumer<Context> check) {
        chain.add(onUp(check.andThen(context -> checked.incrementAndGet())), in(Phase.DECORATE));
        executed(chain, end).up(part);
        assertThat(checked).hasValue(1);
    }

    @Test
    void knowsTheSenderAndHasNoPartOnTheWayDown() {
        onTheWayDown(context -> {
            assertThat(context.principal()).isEqualTo(ANNA);
            assertThat(context.source()).isEqualTo("anna-1");
            assertThat(context.part()).isEmpty();
            assertThat(context.error()).isEmpty();
            assertThatIllegalStateException().isThrownBy(() -> context.part(data("x")));
        });
    }

    @Test
    void aReplacedCommandIsTheOneThatIsExecuted() {
        onTheWayDown(context ->
                context.command(context.command().toBuilder().durable(true).build()));

        assertThat(end.executed.get(0).durable()).isTrue();
    }

    @Test
    void aCommandIsNotReplacedByOneWithAnotherId() {
        onTheWayDown(context -> assertThatIllegalArgumentException().isThrownBy(() -> context.command(command())));
    }

    @Test
    void theCommandIsNotReplacedOnTheWayUp() {
        onTheWayUp(
                complete("x"),
                context -> assertThatIllegalStateException().isThrownBy(() -> context.command(context.command())));
    }

    @Test
    void aReplacedPartKeepsItsNumber() {
        onTheWayUp(Part.data(Payload.ofText("x")).sequence(7).build(), context -> context.part(data("y")));

        assertThat(end.texts()).containsExactly("y");
        assertThat(end.last().sequence()).isEqualTo(7);
    }

    @Test
    void aPartIsNotReplacedByOneOfAnotherKind() {
        onTheWayUp(data("x"), context -> {
            assertThatIllegalArgumentException().isThrownBy(() -> context.part(complete("x")));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> context.part(Part.accepted().build()));
        });
    }

    @Test
    void attributesAreKeptFromTheWayDownToTheWayUpAndTakenAway() {
        chain.add(
                onDown(context -> {
                    context.attribute("a", 1);
                    context.attribute("b", 2);
                    context.attribute("c", 3);
                    context.attribute("b", 4);
                    context.attribute("a", null);
                    context.attribute("none", null);
                }),
                in(Phase.DECODE));

        onTheWayUp(complete("x"), context -> {
            assertThat(context.attribute("a")).isNull();
            assertThat(context.attribute("b")).isEqualTo(4);
            assertThat(context.attribute("c")).isEqualTo(3);
            assertThat(context.attribute("none")).isNull();
        });
    }
}
