# SPDX-License-Identifier: EUPL-1.2
"""Background jobs on the same PostgreSQL (procrastinate): enqueued in the action's transaction, so never lost,
and never run for a write that was rolled back. A job names its region and enters it in one wrapper.

Doors: `queue.job`, `queue.region_job` (declare), `queue.enqueue` (in the transaction), `queue.enqueue_once` (wake a job
that looks for work by itself), `worker.work` (run them), `stopping.stop_requested` (long jobs end early),
`figures.queue_figures` (for operators).

A job runs at least once: a worker may be killed after the job's last commit and before it is noted as done. Write jobs
so that a second run finds nothing left to do.
"""
