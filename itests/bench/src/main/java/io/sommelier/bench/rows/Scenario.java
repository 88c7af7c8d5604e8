package io.sommelier.bench.rows;

import java.util.List;

/** Rows that are measured together. */
public interface Scenario {
    /** The names of its rows. */
    List<String> rows();

    /**
     * Measures all of them.
     *
     * @throws IllegalStateException when that cannot be done, with the reason
     */
    List<RowResult> run(Plan plan);
}
