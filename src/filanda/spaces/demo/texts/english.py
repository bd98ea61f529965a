# SPDX-License-Identifier: EUPL-1.2
"""What people write in English: for each part of a conversation, sentences with slots (see grammar)."""

from __future__ import annotations

TITLES: dict[str, tuple[str, ...]] = {
    "problem": (
        "{Thing}: [has anybody been through this?|where to start?|looking for advice|we are stuck]",
        "How did you sort out {thing}?",
        "{Thing} in {town}: [trying to understand|asking for help|bigger trouble than expected]",
        "{Measure}: stuck at {before}",
        "{Cause}: how did you find out?",
        "{Thing}: {cause}, or {cause2}?",
        "Doubts about {thing} after [the first year|the first season|the last inspection|six months of trials]",
        "How much does {cause} matter?",
    ),
    "choice": (
        "Better to {fix} or to {fix2}?",
        "Two roads for {thing}, one budget",
        "Is it worth it to {fix}?",
        "What would you do in our place, in {town}?",
    ),
    "results": (
        "{Measure}: from {before} to {after}, and how",
        "Our figures on {thing}",
        "{Thing} in {town}: [{6-18} months of results|what worked|a season in review]",
        "What happened when we decided to {fix}",
    ),
    "norm": (
        "How do you apply {norm}?",
        "{Norm} and {thing}: [what is really asked of us?|where does the obligation end?]",
        "Inspection in {town}: they asked about {norm}",
    ),
    "call": (
        "Call “{call}”: looking for partners on {thing}",
        "“{call}”: [shall we try together?|one partner missing|ideas on {thing}]",
        "Deadline {due}: a proposal on {thing}",
        "{2-4} partners wanted for “{call}”, starting from {town}",
    ),
    "thesis": (
        "Thesis on {thing}: looking for [data|a real case|somewhere to work]",
        "Internship in {town} on {thing}",
        "I study {measure}: who tells me about their case?",
    ),
    "cost": (
        "What does it cost to {fix}?",
        "Very different quotes for one job: {fix}",
        "{Thing}: the sums of those who have been there",
    ),
    "visit": (
        "Visit to {town}: {thing} seen live",
        "Notes from the visit to {town}",
        "“{event}”: notes for those who were not there",
    ),
}

OPEN: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "problem": (
        (
            "[Hello everybody|Good morning all|Hi], [I would like your opinion|I could use some advice] on {thing}. In {town} {fault}.",
            "[We have worked on {thing} for {2-6} years|I look after {thing}] and now we are stuck: {fault}.",
            "Here is something [that keeps us awake|we cannot explain|that comes back at every meeting]. It concerns {thing}, in {town}: {fault}.",
            "[Writing after yet another meeting without an answer|First message here, so bear with me]. It is about {thing}: {fault}.",
            "[Does anybody here work with {thing}?|Who knows {thing} well?] In {town} we are at a loss: {fault}.",
            "The situation in {town}, with {thing}: {fault}. [It has been so for {3-14} months|It started {4-9} weeks ago|It never happened before this year].",
        ),
        (
            "Our starting point for {measure} is {before} [over the last month|on average, from {3-6} weeks of readings|according to the log of {month}].",
            "We tried to {fix3}, [without much change|and for {2-3} weeks it seemed enough|but the effect wore off].",
            "[The supplier|The consultant|The designer] says it is {cause3}; [I have my doubts|the team is divided|without showing any proof].",
            "[There are two suspects|Two hypotheses are on the table]: {cause} and {cause3}. [No evidence so far|We do not know which to test first].",
            "To be comfortable we would need a figure close to {after} for {measure}; today: {before}.",
            "[There are {3-9} of us on it, all part-time|One person looks after it, half-time], so [simple ideas are best|we cannot try everything].",
            "This year's budget is about {4-28},000 euros and [a decision is due by {nextmonth}|management wants an answer by {nextmonth}].",
        ),
        (
            "[Has anybody seen a similar case?|Who has been through this?]",
            "Where would you [start|look first]?",
            "I am most interested in [cases that went wrong|trials with a before and an after|real figures, ugly ones included].",
            "Before spending money [I would like to hear somebody who measured|I would like to know whether {cause} can really matter that much].",
            "[Photos, data and drawings|The raw data] are available: [just ask|I can post them here].",
            "[Thanks in advance|Any idea is welcome, the odd ones too].",
        ),
    ),
    "choice": (
        (
            "For {thing} we have to choose: {fix}, or {fix2}. [In {town} we have been at it for {2-5} months|The decision is ours, by {nextmonth}].",
            "I am opening a discussion [that has already split our office in {town}|on which I would like to read opposite views]: with {thing}, is it better to {fix} or to {fix2}?",
            "The problem first, about {thing}: {fault}. There are two roads: {fix}, or {fix2}.",
        ),
        (
            "The first costs around {3-14},000 euros, the second [nearly twice as much|a third less, but work stops for {2-5} days].",
            "For {measure} we are at {before} today. The first road [is said to lead to|should bring us to] {after}, [but that is an estimate|on paper].",
            "I favour the first, {otherorg} recommends the second. It all depends on how much {cause} matters.",
            "The people who work with {thing} every day would rather {fix2}, [because it can be undone|because they have seen it elsewhere].",
        ),
        (
            "What [would you choose|did you choose], and [why|how did it go]?",
            "[“Neither” is a valid answer|If there is a third way, speak now].",
            "I would like to hear from [people who would make the same choice again after a year|anyone who regrets the choice].",
        ),
    ),
    "results": (
        (
            "[As promised|Some of you asked]: the results of {town} on {thing}. In {6-16} months {measure} went from {before} to {after}.",
            "Sharing what we learnt about {thing}, [because alone it took us too long|good and bad]. The problem was this: {fault}.",
            "In {town} we have closed the trial on {thing}. [The short version|For those in a hurry]: {measure}, from {before} to {after}.",
        ),
        (
            "What counted most was {ing fix}; the main cause was {cause}.",
            "We began at the wrong end: {ing fix2} cost us {2-9},000 euros and moved almost nothing.",
            "The method: {check}, [before and after|always in the same way]. [Dull, but without it nobody would have believed us|It took {20-60} hours in all].",
            "What we do not know yet: whether it holds [in winter|at twice the load|when the staff change].",
        ),
        (
            "[Questions welcome|Criticism welcome, of the method above all].",
            "If anybody wants to [repeat the trial|compare figures], [the spreadsheet is yours|let us talk].",
            "Next month we will also {fix3}: [more soon|has anybody done that?]",
        ),
    ),
    "norm": (
        (
            "A [blunt|beginner's|dull but urgent] question: we work with {thing} and are asked to comply with {norm}. [How far does it go?|Where does one start?]",
            "At the inspection of {month}, in {town}, they asked how we apply {norm} to {thing}. [We had half an answer|We had not seen it coming].",
            "{Otherorg} sent us {norm}. For {thing} [it can be read in two ways|everybody in the office reads it differently].",
        ),
        (
            "Today we keep a log of {measure} (last value {before}) and little else.",
            "One consultant asked {2-7},000 euros for compliance, another says [two procedures are enough|we are fine as we are].",
            "The main doubt: when {fault}, [do we have to report it|are we still within the limits|who is liable]?",
        ),
        (
            "[Do you have an example of a document that was accepted?|If you have done it, what did you submit?]",
            "Not looking for legal advice, [just how you do it|only experience].",
            "I will sum up [the answers|what we find out] here for those who come later.",
        ),
    ),
    "call": (
        (
            "We would like to submit a proposal to “{call}” (deadline {due}) on {thing}. The lead [might be {org}|is still open].",
            "For “{call}” we have a concrete idea, born of a real problem with {thing}: {fault}.",
            "“{call}” is out. [The budget is {2-9} million|Funding goes up to {40-70} per cent] and work on {thing} would fit well.",
        ),
        (
            "The idea: {fix} at {3-6} different sites, then {check}, and publish [the data|what does not work too].",
            "We already have [a test site in {town}|a yes from {otherorg}|half of the work plan]; [a small company is missing|somebody who measures is missing|a public body is missing].",
            "A goal one can check: {measure}, from {before} to {after} in {18-30} months.",
        ),
        (
            "If interested, answer [here|by {soon}] with two lines on [what you would bring|what you would like to learn].",
            "A call on {weekday} at {9-17}:00? [Forty minutes will do|I will bring a two-page draft].",
            "[A no with a reason helps as well|No experience with calls is needed].",
        ),
    ),
    "thesis": (
        (
            "Hello all, I am writing my [master's|bachelor's|doctoral] thesis on {thing} and [look for a real case|lack field data].",
            "Good morning, I am an intern at {org} and study {measure}. The starting point: {fault}.",
            "My thesis compares two ways: {ing fix} and {ing fix2}. [There are {3-8} published cases, none of them in Italy|Published cases are few and old].",
        ),
        (
            "[{4-12} weeks of data|Two visits and an interview|A log kept on paper] would be enough; in return [I do the analysis|I write a one-page report for my host].",
            "I would like to check whether {cause} explains the difference or is just a handy excuse.",
            "I can travel [by train|anywhere in the region] between {nextmonth} and {latermonth}; data [stay anonymous|are published only with your consent].",
        ),
        (
            "Is anybody [near {town}|willing to tell me about a case]?",
            "[Cases where it did not help to {fix} are just as good|“Wrong question” is a helpful answer too].",
            "My supervisor also suggests this: {check}. [Is it feasible?|Does it make sense to you?]",
        ),
    ),
    "cost": (
        (
            "[We have received three quotes|Two offers are on my table]. The job: {fix}. The price: from {3-9},{100-900} to {12-26},{100-900} euros. It concerns {thing}, in {town}.",
            "To see whether it pays to {fix} [I need real figures|I would like to compare sums with somebody who did it]. We are in {town} and the subject is {thing}.",
            "A practical question on {thing}: what did you spend to {fix}? [All included, lost hours as well|An order of magnitude is fine].",
        ),
        (
            "Today's figure for {measure}: {before}. If it really goes to {after} [it pays back in {14-34} months|the sums work, otherwise not].",
            "None of the suppliers [mentions maintenance|puts the result in writing|came to have a look].",
            "The alternative would be to {fix2}, [which is cheaper but does not convince everybody|less elegant and quicker].",
        ),
        (
            "How long [was work interrupted|did the paperwork take]?",
            "[A private message is fine too|If you can name the figure here, it helps everybody].",
            "Has anybody bought jointly with others?",
        ),
    ),
    "visit": (
        (
            "Last {weekday} {9-24} of us were in {town} to see {thing}. [Here are my notes|Summing up before I forget].",
            "Notes from the visit that {otherorg} organised in {town}. The subject: {thing}.",
            "For those who could not come to “{event}”: we talked mostly about {thing}.",
        ),
        (
            "[They told us frankly that|The most honest part:] {fault}.",
            "They are about to {fix} and expect {measure} around {after} (now {before}).",
            "Their way of checking is simple: {check}. [No magic|Anybody can do it in half a day].",
            "[Much discussed|The liveliest point]: how much {cause} weighs compared with {cause2}.",
        ),
        (
            "If you were there, [add what I forgot|correct me].",
            "What struck me was [how calmly they show their mistakes|how little measuring costs|that the log is still on paper].",
            "Next visit: [suggestions?|would anybody like to host us?]",
        ),
    ),
}

REPLIES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "ask_back": (
        (
            "[Two questions before any advice|Before answering, two questions]: did you look at {cause}? And how do you obtain {measure}?",
            "Is {before} [an average or the worst case|one day or the whole period]? [It makes a difference|Averages hide a lot].",
            "How long has this been going on? And [before that|when it began], [had the way of working changed|had you changed supplier]?",
            "{@}, when you say you tried: [for how long|how many times, and with whom]? With {thing} [a week is short|much depends on the hand].",
            "One piece is missing: is {cause} [in your hands|something you can change], or [is it up to others|is there a contract in the way]?",
            "Curious: what do the people who work with {thing} every day say?",
            "Would it be possible to {check}? Without that [we are guessing|one theory is as good as another].",
        ),
        (
            "I ask because in {mytown} the answer changed everything.",
            "[A photo would help|If you have a chart, post it].",
            "The gap between your {before} and the {mybefore} we had [may lie just there|is not only a matter of size].",
        ),
    ),
    "details": (
        (
            "[In order|You are right, data were missing]. For {measure} the average is {before}, with worse values [on Mondays|in the hot hours|at the end of the month]. It has been so for {3-14} months.",
            "Yes, we did look at {cause}, but [only once|in a hurry]. That day's figure for {measure}: {before}, as always.",
            "[I asked those who do it every day|I checked this morning]: the difference shows [after {2-7} in the afternoon|in the first {20-50} minutes|with new staff only]. I would rule out {cause2}.",
            "We began to {check}. After {3-9} days the value is still {before}, [with peaks after {2-7} in the afternoon|at any hour of the day].",
            "{@}, no: the service contract [ends in {nextmonth}|does not cover this], so we can touch nearly everything, except perhaps {cause3}.",
            "The figures you asked for: {18-45} readings, {measure} {before}, {3-7} values dropped because they were [absurd|taken on an idle day].",
        ),
        (
            "[Anything else?|If something is missing, tell me.]",
            "Meanwhile [we touch nothing|everything stays as it is, so the comparison is clean].",
            "[Photo tomorrow|I will attach the sheet when I can].",
        ),
    ),
    "experience": (
        (
            "In {mytown} we had the same: {measure} at {mybefore}. It was {cause}. It took us {3-16} weeks to {fix}, and we came to {myafter}.",
            "A very similar case two years ago, with {thing}. [After many theories|After {2-4} failed attempts] we decided to {fix}: from {mybefore} to {myafter}.",
            "For us in {mytown} it was {cause} that made the difference. The hard part, in 20{16-25}, was not to {fix}, [but to convince everybody|but to find the hours].",
            "Here is a [less happy|half-finished] case. In {mytown} we set out to {fix}: {measure} went from {mybefore} to {myinterim}, then [back to where we began|it stopped there].",
            "We chose to {fix} in 20{19-25}. For {measure}: {mybefore} before, {myafter} after {4-11} months. [I would do it again|Today I would do it sooner].",
            "[Confirmed from experience|Been there]: until we looked at {cause}, {measure} [did not move|stayed around {mybefore}].",
            "With {otherorg} we compared {4-7} cases: in {2-3} of them it was {cause}, and it helped to {fix}. [In the others it did not|In the others the trouble was organisation].",
            "I would {fix}. In {mytown}, after {5-20} days, {measure} came to {myafter}. Cost: [less than {400-950} euros|about {2-6} days of work].",
        ),
        (
            "[The trick was to measure first|One check was enough: {check}].",
            "Mind you, [it gets worse for the first {4-10} days|the effect only shows after {3-6} weeks].",
            "If you come through {mytown}, [I will show you|coffee and a tour are on us].",
            "[Not my merit|The idea came from the people who do it every day], I should add.",
            "[We have checked it every {2-6} months since|It has held for {9-30} months], without surprises.",
        ),
    ),
    "suggest": (
        (
            "I would start here: {check}. [It costs little|A week is enough] and tells you at once whether it is {cause}.",
            "[Three steps|My proposal]:\n\n1. {check};\n2. {fix}, but only [on one part|for {3-5} weeks];\n3. measure again in the same way.",
            "If it comes from {cause}, the shortest way is to {fix}. If it comes from {cause2}, [that changes everything|you have to {fix2}].",
            "Before buying anything I would {fix}: [it is reversible|it can be undone in a day].",
            "[I may be wrong, but|At a guess,] with {before} to start from, {cause} does not explain all of it: look at {cause2} as well.",
            "Split the problem: {cause} on one side, {cause2} on the other. [One thing at a time|Never change two things together], and each time {check}.",
            "With a goal of {after} [I would avoid shortcuts|it is worth doing properly]: first {fix}, then perhaps {fix2}.",
        ),
        (
            "[I can send the sheet we use in {mytown}|In {mytown} {2-4} of us did it in half a day].",
            "[Keep today's data|Note the date of the change]: in six months [you will need it|nobody will remember].",
            "For [the measurement|a third opinion] I would trust {otherorg}.",
        ),
    ),
    "me_too": (
        (
            "Following with interest: in {mytown} we are no better, {measure} at {mybefore}.",
            "[Adding my name|Same question here]. With {thing} in {mytown} we see [the same symptoms|the same on a small scale]: {mybefore} against your {before}.",
            "Same story in {mytown}, [but nobody ever measured it|except that the figure here is {mybefore}].",
        ),
        (
            "If you find the cause, [write it here|drinks are on me in {mytown}].",
            "[We could run the trial in parallel|If you need a second case, count us in].",
            "In our case I suspect {cause}, [without evidence|by ear].",
        ),
    ),
    "disagree": (
        (
            "[I disagree|I see it differently], {@}. To me {cause} is a symptom: in {mytown} we worked on that alone and {measure} went from {mybefore} to {myinterim}, [no further|which was not enough].",
            "[Careful|Not so fast]: {ing fix2} makes sense if it is really {cause2}. In {mytown} we did it because it was in fashion; [it cost us {3-8} months|the figures did not change].",
            "[Devil's advocate|A dissenting voice]: starting from {before}, things get better [just because somebody is looking|by chance]. Without a comparison I would not believe it.",
            "{@}, your case was [smaller|different] though: with {thing} in {town}, {cause2} matters much less. I would look at {cause}.",
            "Sorry to spoil the party, but {ing fix2} [moves the cost to somebody else|works as long as somebody minds it]. The long road, {ing fix}, [is the only one that lasts|is cheaper in the end].",
        ),
        (
            "[Happy to be proved wrong by figures|If you have data against it, I change my mind].",
            "[No offence meant|With all respect for those who worked on it].",
            "The value to watch is [not the average but the worst case|the one after six months].",
        ),
    ),
    "rebut": (
        (
            "[Fair point|Maybe], {@}, but we did have a comparison: {2-4} sites with the change and {2-4} without. For {measure} it was {myafter} against {mybefore}.",
            "I understand the doubt. [We did check|There was a control]: for {3-6} weeks we went back, and values [returned to {mybefore}|got worse at once].",
            "{@} is right on one thing: [without somebody to follow it, it does not last|the first month is misleading]. I still believe it pays to {fix}.",
            "[You half convinced me|Perhaps we say the same]: {cause} and {cause2} [go together|hide each other]. There is a way to tell them apart: {check}.",
            "Granted, in {mytown} we were [luckier|better supported] than usual. But the {myafter} [was measured by {otherorg}|was not measured by us].",
        ),
        (
            "[In the end whoever pays decides|A month's trial is cheap in any case].",
            "[Shall we talk at “{event}”?|Let us discuss it in person.]",
        ),
    ),
    "pointer": (
        (
            "{Otherorg} has [a test line|an open lab|a help desk] for exactly this: [ask for {weekday}|they answer in {2-6} days].",
            "In the documents folder there is [a sheet of {4-12} pages|a filled-in example] on {thing}: [it starts from the case of {mytown}|the last table alone is worth it].",
            "At “{event}” on {soon} [there is a session|they talk] about {thing}. [I go by train, who is coming?|Places are limited].",
            "Have a look at {norm}: [the part on tests is more readable than expected|it answers half the questions here].",
            "There is also the call “{call}”, deadline {due}: [it covers the cost to {fix}|it funds trials, not purchases]. For {thing} it looks [right|tight, but possible].",
            "We had this [last year|in spring] in another thread: the conclusion was {cause}. Values then: from {mybefore} to {myafter}.",
        ),
        (
            "[No interest to declare|I say so as a mere user].",
            "If {3-5} of us go, [we can share the ride|better book].",
        ),
    ),
    "interim": (
        (
            "[Update after {8-25} days|A quick update]: we decided to {fix} [on one part only|in {town}, for now]. For {measure} we are at {interim}. [Slowly, but it moves|Better than before].",
            "[First data|Some figures]: we did as {@} said. {Measure}: from {before} to {interim}, in the first days.",
            "We tried to {fix2}: [nothing|next to nothing]. {Measure}: {before} before and {before} after. [One theory less|At least we know].",
            "[This morning we managed to|At last we could] {check}. [Surprise|Result]: {cause} matters more than we thought.",
            "Meeting with {otherorg} yesterday. They like the idea to {fix}, [but want a month of data|and lend us one person].",
        ),
        (
            "[We carry on|More in {2-5} weeks].",
            "{@}, [I would not have looked without your message|you were right].",
            "The next step is to see whether {cause2} plays a part.",
        ),
    ),
    "costs": (
        (
            "As for the sums: in {mytown} it cost {2-9},{100-950} euros plus {3-12} days of ours to {fix}. [Paid back in {9-30} months|Not paid back yet].",
            "[Mind the hidden costs|One line nobody puts in the quote]: training. It took {8-30} hours before we could {fix}, plus the first mistakes.",
            "We bought jointly with {3-6} others: the price fell by {12-28} per cent and [support answers faster|there was one acceptance test for all].",
            "If the figure for {measure} really goes from {before} to {after}, [the sum is simple:|at today's prices] it is worth {3-16},000 euros a year. I would not spend more than {20-45},000.",
        ),
        (
            "[20{22-25} figures, without VAT|Prices of two years ago].",
            "[Always ask for the second-year cost|Get two references and phone them].",
        ),
    ),
    "offer": (
        (
            "If you like, [I will drop by|two of us can come] on {weekday}: I am in {mytown}, [{20-70} minutes away|I often pass]. I will bring what is needed to {check}.",
            "If you decide to {fix}, we can lend a hand for {3-8} weeks, [in exchange for the data|free of charge]: {2-4} people who have done it before.",
            "[I can share|Here for the asking]: our sheet on {thing}, {300-900} lines with {measure} day by day.",
            "With {org2} we can [host a meeting|do the measurements] between {nextmonth} and {latermonth}, [free of charge|for a small refund].",
        ),
        (
            "[Tell me here|Write when it suits you].",
            "[It is an interesting case for us|We need a comparison with {mytown}].",
        ),
    ),
    "data": (
        (
            "[In a table|Tidied up], the figures of {mytown} for {measure}:\n\n| Period | Value |\n| --- | --- |\n| {month}, before | {mybefore} |\n| after {4-8} weeks | {myinterim} |\n| after {4-9} months | {myafter} |\n\n[All from one step: {fix}|In between we did one thing only: {fix}].",
            'For whoever wants to redo the sum, [the script|a few lines]:\n\n```python\nvalues = ⟦{30-60}, {30-60}, {61-90}, {61-90}, {30-60}⟧\nvalues.sort()\nprint("median:", values⟦len(values) // 2⟧)\n```\n\nMedian and not mean, because [two bad days spoil everything|extremes are common with {thing}].',
            "[Comparison|Summary] of the two roads, for {thing}:\n\n| | {Fix} | {Fix2} |\n| --- | --- | --- |\n| Cost | €{2-6},000 | €{7-15},000 |\n| Time | {2-3} weeks | {4-9} weeks |\n| Expected | {myafter} | {myinterim} |\n\nMy estimates, [corrections welcome|made with the people who do the work].",
        ),
        (
            "[A small sample, I know|Few data, but better than none].",
            "[Unit and method are the same in all lines|Raw data for whoever asks].",
        ),
    ),
    "caution": (
        (
            "A word of caution: before you {fix}, [check|read] {norm}. In {mytown} we noticed [when the work was done|at the acceptance test].",
            "[Do not underestimate the people|The human side matters]: in {mytown} it went well to {fix} and stopped when [the one person who minded it went on leave|nobody told the second shift].",
            "Careful with the measurement: {mybefore} before and {myafter} after do not count [if the instrument changed too|if the season changed]. [We fell for it|I speak from experience].",
            "[A small warning|Just one thing]: {cause} and {cause2} [have the same symptoms|are easily confused]. We lost {2-5} months on {cause2}.",
        ),
        ("[Better to know beforehand|That said, go ahead].", "[Put it in the contract|One phone call settles it]."),
    ),
    "short": (
        (
            "{@}, [good hint|I had not thought of it]: {fix}. Noted for {weekday}.",
            "[Agreed|I agree] with {@}. First of all, {cause}.",
            "[Seconded|+1]: {check}, then talk. That is how we learnt it in {mytown}, [at our expense|in {2-5} months].",
            "[Very clear|Perfect], {@}. On {weekday} we will {fix}, then.",
            "[Late to the party|Only reading now], but about {cause} {@} [is spot on|says what nobody in {mytown} wanted to hear].",
        ),
        ("[Thanks|See you].",),
    ),
    "wonder": (
        (
            "{@}, {theirafter}? [Well done|I envy you]. In {mytown} we are still at {mybefore}.",
            "Has anybody tried to {fix} [in winter|with fewer than {3-6} people]? In {mytown} [that is where we get stuck|that would be our case].",
            "A question for {@}: once you {fix}, does it hold [after {6-18} months|when staff change]? In {mytown} [the season|the next round of the project] depends on it.",
        ),
        (),
    ),
    "thanks": (
        (
            "[Thank you all|Thanks indeed], [far more than I hoped for|in {3-6} days I have more ideas than in a year]. In {town} our first step will be to {fix}, [in {nextmonth}|from {weekday}].",
            "Thanks, {@}. [Summing up|What I take away]: first {check}, then {fix}; {cause2} [comes last|later].",
            "[Most useful|Just what I was looking for], {@}: {cause} was not even on our list.",
            "Thanks. I take all this to the meeting on {weekday} in {town}: with {before} on the table [nobody can say all is well|there will be a decision].",
        ),
        (
            "[I will keep you posted|Back here with figures].",
            "[If you come through {town}, coffee is on us|I owe you one].",
        ),
    ),
    "outcome": (
        (
            "[Closing the loop|Back with the outcome, as promised]: it was {cause}. We decided to {fix}, and {measure} went from {before} to {after}. [Thanks to all, {@} first|Thanks to those who insisted].",
            "Solved, I would say. {Measure}: from {before} to {after}. What it took was to {fix}, as advised here. [Total cost {2-8},{100-900} euros|It took {4-14} weeks].",
            "[Outcome|For future readers]: it worked to {fix}, it did not help to {fix2}. {Measure}: {after} [for {5-12} weeks now|even in the worst month].",
            "Last update from {town}: we are at {after} (it was {before}). [Not perfect|Still to be understood: {cause3}], but [for me this thread is closed|now we can work in peace].",
            "[Mission nearly accomplished|Final figures]: {measure} at {after}. The decisive test was this: {check}; [the rest followed|without it we would still be arguing].",
        ),
        (
            "[The sheet|A summary] is in the documents of the community.",
            "[I will tell the story at “{event}”|If you want to copy it, doors in {town} are open].",
        ),
    ),
    "norm_reply": (
        (
            "In {mytown} we were asked about {norm} for {thing} in 20{22-25}. We submitted [three pages and a log|a procedure and {6-12} months of data]: accepted.",
            "My reading: {norm} asks you to [demonstrate, not to buy|know and to document]. If you track {measure} and can {check}, [you are well on the way|half is done].",
            "[Not so simple|It depends]: if it is down to {cause}, the duty [falls on the supplier|remains yours]. In {mytown} we put it in the contract.",
            "Ask {otherorg}: [they have a checklist of {12-30} points|they did it for {4-9} organisations like yours], for {thing} too.",
            "[A concrete case|Example]: the assessor wanted {measure} for the last {6-18} months. At {mybefore} a plan was required; we wrote “{fix}” with a date, [and that was enough|and a signature].",
        ),
        (
            "[That was our case|I am no lawyer], take it as experience.",
            "[Get it in writing|Keep copies of everything].",
        ),
    ),
    "call_join": (
        (
            "[Interested, from {mytown}|From {mytown}: we are in]. We bring [a test site|{2-5} people and some history] on {thing}; the figure here is {mybefore}.",
            "[Good idea|Nice proposal]. One question: is it settled to {fix}, or is there room to {fix2}? [In {mytown} we need the second|It changes who should be involved].",
            "From {mytown} we can take the measuring part: {check}. [We already do it for {otherorg}|But somebody else has to coordinate].",
            "[Careful|A practical note]: “{call}” asks for [at least {2-4} partners of different kinds|{30-50} per cent of co-funding]. {Otherorg} [might join|did so last year].",
            "A goal of {after} looks [ambitious|fair]. In {mytown}, from {mybefore}, we came to {myinterim} in a year.",
        ),
        (
            "[{Weekday} at {9-17}:00 suits me|I can join the call].",
            "[Send the draft|I will gladly read the two pages].",
        ),
    ),
    "call_owner": (
        (
            "[Great|Excellent], {@}: you are in. I send the draft by {weekday}; the part on how to {fix} [is still blank|we write together].",
            "Update: there are {4-7} of us. Still missing: [somebody who measures|a public body|a small company] and {8-24},000 euros of co-funding for {thing}.",
            "To {@}: the plan is to {fix}, but [if the data say otherwise we change|we can {fix2} as a comparison].",
            "[Sent|Submitted] yesterday, {2-9} hours before the deadline. Pages: {28-60}. [Coffees: not counted|Now we wait]. Written goal: {measure} at {after}.",
        ),
        ("[Minutes are in the documents|Thanks to all who proofread].",),
    ),
    "thesis_offer": (
        (
            "[Come to us|You are welcome here]: in {mytown} we have {6-30} months of data on {measure} (last value {mybefore}). [Nobody ever looked at them seriously|They are on paper, be warned].",
            "[Good question|A useful subject]. My advice is to narrow it: {cause} or {cause2}, [not both|or you will never finish]. And talk to {otherorg}.",
            "I can tell you about {mytown}: we set out to {fix}. For {measure}: {mybefore} before, {myafter} after. [With a few accidents|Why it worked would make a good thesis].",
            "In {mytown} [an hour's interview|a visit] is possible on {weekday}. Bring one precise question on {thing}, [not a {20-40}-page questionnaire|we have heard the general ones].",
        ),
        (
            "[Good luck|But come back and tell us].",
            "[A release form is needed, I will send it|Data must be made anonymous].",
        ),
    ),
    "thesis_owner": (
        (
            "[Many thanks|What a welcome], {@}! Next {weekday} would be perfect. I will prepare {5-9} questions on {cause} and {measure}.",
            "I followed the advice of {@} and narrowed the question: how much does {cause} count [on its own|all else being equal]? Now I need {2-4} more cases.",
            "First draft of the results: over {4-9} cases, {measure} goes from {before} to {interim} on average. [Less than I thought|My supervisor is pleased]; about half of it is {cause}.",
            "Thesis defended on {weekday}! [They are happy at home|Done]. The chapter on {town} is in the documents. Conclusion in one line: {fix}.",
        ),
        ("[Thanks again|I owe you all a cake].",),
    ),
}

# Added to what would otherwise say little that is its own.
DETAILS = (
    "Next check on {soon}, [around {8-17}:00|with {2-6} of us]: I will bring {2-9} questions.",
    "We talk about it again on {soon} in {mytown}, [at {9-18}:00|with {3-12} people].",
    "I have {12-39} sheets from {month} here: [I will reread them with this in mind|{2-9} of them should be redone].",
    "Our longest trial took {3-29} weeks, from {month}, with {2-8} interruptions.",
    "[A side note|To be fair]: {2-9} of us in {mytown} work on {thing}, {10-60} hours a week in all.",
    "Our last reading is of {3-28} {month}, taken by {2-5} of us and repeated {2-9} times.",
    "[To give an idea|For context]: in {mytown} there are {4-48} of us and this takes {2-15} hours a week.",
    "We talked about it with {otherorg} on {weekday}: {3-14} people, {35-120} minutes, [divided opinions|nearly all agreed].",
    "Our log starts in {month} 20{15-24} and has {110-980} lines, [if it is of use|so far].",
    "In {mytown} we have been discussing it since {month}, [over {3-9} meetings|with {3-9} versions of the same sheet] and {2-5} sets of minutes.",
    "[I say so after|Behind this are] {3-28} years of work and {2-19} cases seen in and around {mytown}.",
    "[Tomorrow|This week|In {2-9} days] I will go through the data of {mytown} again: {20-95} readings, {2-12} to drop.",
    "If you count hours: in {mytown} it took us {5-60} hours over {2-11} weeks.",
    "Last time, in {mytown} in {month}, [it took|all we needed was] {2-9} people and {25-180} euros of material.",
    "[Source|How I know]: a visit to {mytown} in 20{17-25}, {2-6} hours and {8-40} photos.",
    "We talk to {otherorg} every {2-8} weeks; [last time|in {month}] we brought {3-30} sheets from {mytown}.",
)
TOUCHES = (
    "[Sorry for the length|Written on the phone, forgive the typos].",
    "[On leave tomorrow|Delivery week here], I will answer [afterwards|when I can].",
    "[My boss says I am too optimistic, we shall see|They have started making fun of me at the office].",
    "[It is snowing and nobody works|It has rained for {4-9} days], so I have time to write.",
    "[Have a good day|Have a nice weekend].",
)
CALENDAR = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "September", "October", "November")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
CALLS = (
    "Value chains on trial",
    "Measurement vouchers",
    "Valley laboratories",
    "Altariva experiments",
    "Companies and research together",
    "Small trials, large scale",
    "Municipalities that innovate",
    "Transition in the workshop",
)
EVENTS = (
    "Measurement day",
    "Open lab doors",
    "Technical breakfast",
    "Solutions fair",
    "Data workshop",
    "Trial Tuesday",
    "Pianmura forum",
)
