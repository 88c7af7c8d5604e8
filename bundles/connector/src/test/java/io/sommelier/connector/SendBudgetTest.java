package io.sommelier.connector;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.connector.SendBudget.Entry;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SendBudgetTest {
    private final SendBudget budget = new SendBudget(2, 100);
    private final AtomicInteger emptied = new AtomicInteger();

    @Test
    void takesAsManyCommandsAsAllowed() {
        assertThat(budget.take(1)).isEqualTo(Entry.TAKEN);
        assertThat(budget.take(1)).isEqualTo(Entry.TAKEN);
        assertThat(budget.take(1)).isEqualTo(Entry.FULL);

        budget.release(1);

        assertThat(budget.take(1)).isEqualTo(Entry.TAKEN);
    }

    @Test
    void takesAsManyBytesAsAllowed() {
        assertThat(budget.take(60)).isEqualTo(Entry.TAKEN);
        assertThat(budget.take(60)).isEqualTo(Entry.FULL);
        assertThat(budget.take(40)).isEqualTo(Entry.TAKEN);
    }

    @Test
    void aSingleCommandAboveAllBytesGetsInAlone() {
        assertThat(budget.take(1000)).isEqualTo(Entry.TAKEN);
        assertThat(budget.take(1)).isEqualTo(Entry.FULL);
    }

    @Test
    void onceShutItLetsNobodyInAndTellsWhenItIsEmpty() {
        budget.take(1);

        budget.shut(emptied::incrementAndGet);

        assertThat(budget.take(1)).isEqualTo(Entry.SHUT);
        assertThat(emptied).hasValue(0);
        budget.release(1);
        assertThat(emptied).hasValue(1);
    }

    @Test
    void shutWhileEmptyItTellsAtOnce() {
        budget.shut(emptied::incrementAndGet);

        assertThat(emptied).hasValue(1);
    }
}
