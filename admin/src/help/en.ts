/** What each screen is for and what to do first, by the path of its route. Loaded when somebody opens it. */
import type { Help } from './help';

export const en: Help = {
  '/': {
    what: 'Everything that waits for you, with what is due soonest at the top. Work that others hand you arrives by itself.',
    first: 'Open the first task, or press n. When it is done, the next one moves up.',
  },
  '/setup': {
    what: 'Makes the first account, which can create sites and other accounts.',
    first: 'Write your name, your e-mail address and a long password. The link that led here works only once.',
  },
  '/account': {
    what: 'Your own account: language, how you are told by e-mail and Telegram, password, the devices where you are signed in, and your roles.',
    first: 'If you were given a password by somebody else, change it here first.',
  },
  '/content/:site': {
    what: 'All pieces of content of one site, the last changed at the top. Filters stay in the address, so a link or a saved view brings them back.',
    first: 'Search for a title, choose a type, or begin something new with “New …”. Tick several to do the same with all of them. What was moved to the trash can be restored from there.',
  },
  '/content/:site/new/:type': {
    what: 'Here you write a new piece of content. A copy is kept in this browser while you write.',
    first: 'Write the title and save. After that, drafts are saved by themselves, and you hand over when it is ready.',
  },
  '/entries/:id': {
    what: 'Here one piece of content is written and moved on: hand over, edit, forward. What you type is saved as a draft by itself.',
    first: 'Write, look at the preview, then use the coloured button at the top to pass it on.',
  },
  '/entries/:id/review': {
    what: 'For whoever decides: the page as citizens will see it, what changed, comments and history. Your decision holds for exactly what is shown.',
    first: 'Read the page and the changes, then approve, or send it back with marks and a reason.',
  },
  '/procedures': {
    what: 'The standard operating procedures that are in force. Every piece of work in Lamin follows one of them.',
    first: 'Open a procedure to see its steps, who takes each of them, and how long they may last.',
  },
  '/procedures/:key': {
    what: 'One procedure as its official document says it, with its steps drawn and the work that is under way.',
    first: 'Follow the drawing from the top, or open a case if you are the one who begins it.',
  },
  '/cases': {
    what: 'All work that follows a procedure, of every site that you may see. Late work is marked.',
    first: 'Choose a procedure or only late work to shorten the list, then open one.',
  },
  '/cases/new/:procedure': {
    what: 'Opens a new case of this procedure. It goes to whoever takes the first step.',
    first: 'Give it a title by which others will know it, choose the site if asked, and open it.',
  },
  '/cases/:id': {
    what: 'One piece of work: at which step it is, what is needed now, and all that has happened. Weekly reports and incidents are opened by the button above.',
    first: 'Look under “What you can do now”. Fill in what the step asks for and choose how it goes on.',
  },
  '/calendar/:site': {
    what: 'What was published, what is scheduled and what is due for review, month by month.',
    first: 'Choose a month. Open a day’s content to change when it goes live.',
  },
  '/ledger': {
    what: 'Everything that was done, by whom and when. Nothing in it can be changed, and the chain shows if anything had been.',
    first: 'Choose a person, a site or a piece of content, then open an event for its details.',
  },
  '/media/:site': {
    what: 'The pictures and files of one site, in folders, with what they are called and where they are used.',
    first: 'Drop files here or choose them. Then write for every picture what it shows, for those who cannot see it.',
  },
  '/media/:site/:digest': {
    what: 'One file: its description in both languages, its place, where it is used, and its replacement.',
    first: 'Write what the picture shows, and mark what must never be cut off.',
  },
  '/publish/:site': {
    what: 'What citizens see now, how it came there, and whether it still is what was published.',
    first: 'Look at the release that is live. Build when something that was approved should go live now.',
  },
  '/publish/:site/releases/:number': {
    what: 'One release: what it changed for citizens, why it was built, who approved it and who published it.',
    first: 'Look at the numbers first, then open the content that you want to be sure of.',
  },
  '/users': {
    what: 'The people who can sign in. What they may do is decided by their appointment to a site.',
    first: 'Make an account for a colleague, then appoint that person to a site.',
  },
  '/users/new': {
    what: 'Makes an account for a colleague.',
    first: 'Write the name and the official e-mail address. The link that you get then is for its owner alone.',
  },
  '/users/:user': {
    what: 'One account: name, language, and whether its owner can sign in.',
    first: 'Close the account on the day its owner leaves. What that person did stays in the ledger.',
  },
  '/members': {
    what: 'Who has a role on all sites at once. Such roles are for few people.',
    first: 'Look at who is named here. Appoint somebody for all sites only where one site is not enough.',
  },
  '/members/:user': {
    what: 'The roles that one person has on all sites, with the decree and the days on which they begin and end.',
    first: 'Choose the role and write the number of the decree. Give it an end if the appointment has one.',
  },
  '/site/:site/members': {
    what: 'Who has which role on this site, by which decree and until when.',
    first: 'Check that every step has somebody: author, editor, approving official, publisher.',
  },
  '/site/:site/members/:user': {
    what: 'The roles of one person on this site. Nobody approves what they wrote themselves, whatever their roles are.',
    first: 'Choose the role and write the number of the decree. Give it an end if the appointment has one.',
  },
  '/sites': {
    what: 'The websites that you work for.',
    first: 'Open one to see its members, menus, content types and settings.',
  },
  '/sites/new': {
    what: 'Makes a new website in this installation. Nothing is shown to citizens until something is published.',
    first: 'Write the name. The host name can follow later; then appoint its members.',
  },
  '/site/:site': {
    what: 'One site: its members, menus, content types, settings, and its address.',
    first: 'Begin with the members. Then write the settings, such as the name and the contact that stand on every page.',
  },
  '/site/:site/types': {
    what: 'The kinds of content of this site and the fields that each of them has.',
    first: 'Open a type to see its fields. Make a new one only when none of these fits.',
  },
  '/site/:site/types/:type': {
    what: 'The fields of one type. Before you save, Lamin says what a change would break.',
    first: 'Add a field, check the change, then save. A field that has content should rather stay.',
  },
  '/site/:site/new-type': {
    what: 'Makes a new kind of content with its own fields.',
    first: 'Write its name in both languages, then add a title field and whatever else everybody must fill in.',
  },
  '/site/:site/checks': {
    what: 'What is looked for before content is handed on or published, and what each finding does on this site.',
    first: 'Leave it as usual unless you have a clear reason. A change holds at once and is kept under your name.',
  },
  '/site/:site/terms': {
    what: 'What content is filed under: every tag and category, with how many pieces of content bear it.',
    first: 'Look for two spellings of the same and merge them. What is approved or live stays as it is until it is approved again.',
  },
  '/site/:site/menus': {
    what: 'The menus that citizens find at the top and the bottom of every page.',
    first: 'Open a menu to change its links. It goes live only when it has been approved, like any content.',
  },
  '/site/:site/menus/:entry': {
    what: 'The links of one menu and their order.',
    first: 'Add, move or take out links and save. Then open it as content and hand it over.',
  },
  '/notices': {
    what: 'What happened to work that concerns you, the newest at the top.',
    first: 'Open a notice to see the thing itself. How you are told is set on the account screen.',
  },
  '/link': {
    what: 'Here you set your own password by the link that you were given.',
    first: 'Write a long password twice. The link works once, within 72 hours; after that ask your administrator for another.',
  },
  '/hours': {
    what: 'The hours of the week, holidays and joint leave by which due times are counted, for the whole installation.',
    first: 'Paste the holidays of the new year as soon as the joint decree is out, look them over, then save.',
  },
  '/mail': {
    what: 'The mail server that sends notices.',
    first: 'Fill in its address and password, save, then send a test letter to yourself.',
  },
  '/site/:site/webhooks': {
    what: 'Addresses of other systems that are told what happens on this site.',
    first: 'Add an address, choose the events, and set a secret that the other system knows, too.',
  },
  '/incidents': {
    what: 'Attacks on websites and faults of them, whether a look, a colleague or a citizen told: open ones first, and how long handling took.',
    first: 'Open one that nobody has taken and choose “Take it”, or report what you saw yourself.',
  },
  '/incidents/new': {
    what: 'Tells that a website was attacked or is out of order. Its case opens at once.',
    first: 'Copy the address of the page, and write what is seen there.',
  },
  '/incidents/:id': {
    what: 'One incident: whose turn it is, what can be done, a timeline that nobody can change, the official report, and a signed bundle of evidence for the CSIRT.',
    first: 'Take it, and declare it contained once it does no more harm. Write the report before the team reports to the head.',
  },
  '/on-call': {
    what: 'Who is called when an incident begins, in which order and by which ways. Calls go on day and night until somebody takes it.',
    first: 'Add people in the order in which they are to be called, and give each at least one way.',
  },
  '/monitoring': {
    what: 'The websites that are watched, and how each fares: whether it can be reached, since when, and why not. States, groups and the search narrow the list.',
    first: 'The worst stand first: open one to see its outages and whom to call. The weekly reports, the import and the list as a file are here, too.',
  },
  '/monitoring/new': {
    what: 'Has a website watched, whatever software it runs on. Its agency and its address are enough.',
    first: 'Write the address and choose “Look it up”: software and sections are found for you. Then write whom to call when it is not reachable.',
  },
  '/monitoring/import': {
    what: 'Takes in a list of websites from a CSV or XLSX file. What it would change is shown first, and done only when you agree.',
    first: 'Download the list from the monitoring page, change it in a spreadsheet, then choose the file here.',
  },
  '/monitoring/:id': {
    what: 'One website: its state and its cause, outages, availability, maintenance, a year of weekly reports, and what it is used to show.',
    first: 'Call whoever answers for it. Announce maintenance before work begins. Accept what is new under “What is usual here” only if it belongs there: an intruder may have put it.',
  },
  '/monitoring/:id/edit': {
    what: 'What is known of a watched website: address, contact, what is to be kept up, hosts it may lead to, groups, exceptions and the written mandate.',
    first: 'Check first that the contact still holds. “Look it up” fills in what is empty. Take away the tick “Watch this website” to pause.',
  },
  '/recaps': {
    what: 'The weekly recap of the monitoring of agencies\' websites (SOP on monitoring). It opens by itself every Monday; the head may open one at any time.',
    first: 'Open the week that runs. The head orders, the team writes the reasons and hands it in, the head approves it or gives it back.',
  },
  '/recaps/:id': {
    what: 'One report: the verdict on each website with its evidence, the operator\'s reasons, the next step of the SOP, versions that were handed in, and PDF, XLSX and CSV.',
    first: 'Filter “Not updated”, write the reasons, then hand it in. “Take fresh figures” keeps what was written. Change a verdict only where the measurement is wrong.',
  },
};
