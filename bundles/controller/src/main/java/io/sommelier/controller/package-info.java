/** The node: who is there, where a command goes, and what became of it. Exports nothing; it meets the other bundles as services. */
package io.sommelier.controller;
